import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FilePart } from '@bulkhead/rpc';

/** What stands in a file from an offset on, at most so many bytes; nothing where there is no such file. A link is none, nor is a pipe. */
export async function readPart(file: string, offset: number, maxBytes: number): Promise<FilePart | undefined> {
  try {
    // A pipe would wait for somebody who writes.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const { size } = stats;
    const data = Buffer.alloc(Math.max(Math.min(maxBytes, size - offset), 0));
    const { bytesRead } = await handle.read(data, 0, data.length, offset);
    return { data: data.subarray(0, bytesRead), size };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    throw error;
  }
}
