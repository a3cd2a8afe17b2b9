import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Removes what an earlier attempt may have left, and its journal. */
export async function removeDatabase(file: string): Promise<void> {
  for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(file + suffix, { force: true });
}

/**
 * Puts a finished file in the place of another, whole or not at all: what is on disk after a power cut is either the
 * old one or the new one.
 */
export async function replaceFile(finished: string, target: string): Promise<void> {
  await sync(finished);
  await rename(finished, target);
  await sync(dirname(target));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
