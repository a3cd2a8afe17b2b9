import { open } from 'node:fs/promises';
import { DlpError } from '@bulkhead/dlp';
import { unreadableFile } from '../error.ts';

/** Reads a file that a sensor names. Regular files only: a pipe could be endless. */
export async function readSensorFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(path).catch((cause: unknown) => {
    throw unreadableFile(path, cause);
  });
  try {
    const entry = await handle.stat();
    const why = entry.isFile()
      ? entry.size > maxBytes && `it has ${entry.size} bytes, at most ${maxBytes} are possible`
      : 'it is no regular file';
    if (why !== false) {
      throw new DlpError('SENSOR_FILE', { what: `cannot use ${JSON.stringify(path)}`, why, fix: 'name another file' });
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
