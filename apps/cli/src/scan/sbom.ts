import { buffer } from 'node:stream/consumers';
import { readSbom } from '@bulkhead/scanner';
import type { Io } from '../io.ts';
import { STDIN, standardInput } from '../stdin.ts';
import { read } from './inputs.ts';
import type { ScanCommandOptions } from './options.ts';
import { runScan } from './run-scan.ts';

/** `bulkhead sbom`: judges the packages of an SBOM. */
export function scanSbomCommand(file: string, options: ScanCommandOptions, io: Io, version: string): Promise<number> {
  return runScan({
    options,
    io,
    version,
    read: async () => {
      const name = file === STDIN ? 'standard input' : file;
      const content = file === STDIN ? await buffer(standardInput(io.signal)) : await read(file);
      const { inventory, format } = await readSbom(content, name);
      return { subject: { kind: 'sbom', name, format }, inventory };
    },
  });
}
