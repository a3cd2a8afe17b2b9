import type { Io } from '../io.ts';
import type { FolderKind, ScanCommandOptions } from './options.ts';

export function scanFolderCommand(
  _kind: FolderKind,
  _folder: string,
  _options: ScanCommandOptions,
  _io: Io,
  _version: string,
): Promise<number> {
  throw new Error('not wired');
}
