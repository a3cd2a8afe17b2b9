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
  readonly leaveOutMounts?: readonly Foreign[] | 'all';
  /** What is mounted, where it is not what this process sees. */
  readonly mounts?: readonly Mount[];
}

/** Opens a folder for `scanTree`. Nothing is read before that. */
export function openTree(folder: string, options: TreeOptions = {}): TreeSource {
  const root = realFolder(folder);
  return treeAt(root, root, options);
}

/** Opens what a process has as its root, in whatever mount namespace it is. Nothing is read before that. */
export function openProcessRoot(pid: number, options: Omit<TreeOptions, 'mounts'> = {}): TreeSource {
  const mounts = readMounts(`/proc/${pid}/mountinfo`);
  // Every process has a root that is mounted: without it, nobody would know what the kernel makes up there.
  if (mounts.length === 0) {
    throw new FilesystemError('NOT_FOUND', {
      what: `the root of process ${pid} cannot be scanned`,
      why: 'it has ended, or looking at it is not permitted',
    });
  }
  // Not resolved: what this link says is a path of the process, and where it leads is its root.
  return treeAt(`/proc/${pid}/root`, '/', { ...options, mounts });
}

/** `root` is where it is opened, `name` what paths of mounts call it. */
function treeAt(root: string, name: string, options: TreeOptions): TreeSource {
  const { leaveOutMounts = [] } = options;
  const isLeftOut = (type: string): boolean => {
    if (leaveOutMounts === 'all') return true;
    const kind = foreignKind(type);
    return kind === 'kernel' || (kind !== undefined && leaveOutMounts.includes(kind));
  };
  const mounted = (options.mounts ?? readMounts()).flatMap(({ path, type }) => {
    const below = relative(name, path);
    const isInside = below !== '' && below !== '..' && !below.startsWith('../') && !isAbsolute(below);
    return isLeftOut(type) && isInside ? [below] : [];
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
