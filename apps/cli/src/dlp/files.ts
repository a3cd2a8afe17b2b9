import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadableFile } from '../error.ts';

/** What a path leads to: a file to look into, or a reason why not. */
export type FoundFile =
  | { readonly file: string; readonly size?: number }
  | { readonly file: string; readonly error: unknown };

/**
 * The regular files under a path, sorted, folders walked depth first. Links are followed only where the path itself is
 * one: inside a folder they could lead out of it or round in a circle. Sockets, devices and pipes are passed over.
 */
export async function* walk(path: string): AsyncGenerator<FoundFile> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) yield* walkFolder(path);
    else yield { file: path, size: status.size };
  } catch (cause) {
    yield { file: path, error: unreadableFile(path, cause) };
  }
}

async function* walkFolder(folder: string): AsyncGenerator<FoundFile> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    yield { file: folder, error: unreadableFile(folder, cause) };
    return;
  }
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    try {
      const status = await lstat(path);
      if (status.isDirectory()) yield* walkFolder(path);
      else if (status.isFile()) yield { file: path, size: status.size };
    } catch (cause) {
      yield { file: path, error: unreadableFile(path, cause) };
    }
  }
}
