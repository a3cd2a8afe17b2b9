import { isAbsolute, normalize } from 'node:path';
import { openTree, scanHost } from '@bulkhead/filesystem';
import { scanTree } from '@bulkhead/scanner';
import type { Io } from '../io.ts';
import type { FolderKind, ScanCommandOptions } from './options.ts';
import { readersOf } from './readers.ts';
import { runScan } from './run-scan.ts';

/** `bulkhead fs`, `rootfs` and `host`: scans a folder, the root of an unpacked system, or this machine. */
export function scanFolderCommand(
  kind: FolderKind,
  folder: string,
  options: ScanCommandOptions,
  io: Io,
  version: string,
): Promise<number> {
  const prefix = kind === 'filesystem' ? prefixOf(folder) : undefined;
  return runScan({
    options,
    io,
    version,
    report: prefix === undefined ? {} : { pathPrefix: prefix },
    read: async (line) => {
      const what = `reading ${folder}`;
      line.show({ what });
      const onFiles = (files: number): void => line.show({ what, done: files, unit: 'files' });
      const readers = await readersOf(kind, options.scanners);
      const scan =
        kind === 'host'
          ? await scanHost(readers, { signal: io.signal, onFiles })
          : await scanTree(openTree(folder), readers, { signal: io.signal, onFiles });
      return {
        subject: { kind, name: kind === 'host' ? 'this machine' : folder },
        inventory: scan.inventory,
        phases: scan.phases,
      };
    },
  });
}

/** Where the folder lies below the place the command runs in, which in a pipeline is the repository. */
function prefixOf(folder: string): string | undefined {
  const path = normalize(folder).replace(/\/+$/, '');
  return path === '.' || path === '' || isAbsolute(path) || path.startsWith('..') ? undefined : path;
}
