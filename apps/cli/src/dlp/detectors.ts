import { DETECTORS, detectorTable, SCHEMA_VERSION } from '@bulkhead/dlp';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

/** Lists what is detected, with the rule and the strength of each detector. */
export async function detectors(options: { readonly format: 'table' | 'json' }, io: Io): Promise<number> {
  const json = (): string => `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, detectors: DETECTORS }, null, 2)}\n`;
  await writeAll(io.stdout, [options.format === 'json' ? json() : detectorTable()]);
  return EXIT_OK;
}
