import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { TreeSource } from '@bulkhead/scanner';
import { FilesystemError } from './error.ts';
import { type Foreign, foreignKind, type Mount, readMounts } from './mounts.ts';
import { Walk } from './walk.ts';

export interface TreeOptions {
  /** Folders to leave out, as paths from the root. */
  readonly leaveOut?: readonly string[];
  /** Mounted file systems to leave out besides those of the kernel. The root itself is always read. */
  readonly leaveOutMounts?: readonly Foreign[];
  /** What is mounted, where it is not what this process sees. */
  readonly mounts?: readonly Mount[];
}

/** Opens a folder for `scanTree`. Nothing is read before that. */
export function openTree(folder: string, options: TreeOptions = {}): TreeSource {
  const root = realFolder(folder);
  const kinds = new Set<Foreign>(['kernel', ...(options.leaveOutMounts ?? [])]);
  const mounted = (options.mounts ?? readMounts()).flatMap(({ path, type }) => {
    const kind = foreignKind(type);
    const below = relative(root, path);
    const isInside = below !== '' && below !== '..' && !below.startsWith('../') && !isAbsolute(below);
    return kind !== undefined && kinds.has(kind) && isInside ? [below] : [];
  });
  const leftOut = new Set([...mounted, ...(options.leaveOut ?? [])]);
  return {
    visitTree: (visitor, signal) => new Walk(visitor, { isLeftOut: (path) => leftOut.has(path) }, signal).run(root),
  };
}

function realFolder(folder: string): string {
  try {
    const root = realpathSync(folder);
    if (!statSync(root).isDirectory()) throw new FilesystemError('NOT_A_FOLDER', `"${folder}" is no folder`);
    accessSync(root, constants.R_OK | constants.X_OK);
    return root;
  } catch (error) {
    if (error instanceof FilesystemError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isDenied = code === 'EACCES' || code === 'EPERM';
    throw new FilesystemError(
      isDenied ? 'NOT_PERMITTED' : 'NOT_FOUND',
      {
        what: `"${folder}" cannot be scanned`,
        why: isDenied ? 'reading it is not permitted' : 'there is no such folder',
      },
      { cause: error },
    );
  }
}
