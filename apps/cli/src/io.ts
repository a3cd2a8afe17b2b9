import type { Writable } from 'node:stream';

/** What a command may touch of its process. */
export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Takes the time that an orderly end needs: the process is not ended a moment after Ctrl-C. */
  readonly endsInItsTime?: () => void;
}

/** Writes to a stream and waits until its reader has caught up, so that output of any size needs little memory. */
export async function writeAll(stream: Writable, pieces: Iterable<string>): Promise<void> {
  let buffer = '';
  for (const piece of pieces) {
    buffer += piece;
    if (buffer.length < CHUNK) continue;
    await write(stream, buffer);
    buffer = '';
  }
  if (buffer !== '') await write(stream, buffer);
}

function isBrokenPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === 'EPIPE';
}

/** Large enough that system calls do not count, small enough that nothing waits long. */
const CHUNK = 64 * 1024;

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // A reader that has gone is no failure: of standard output the process ends, of standard error nobody misses anything.
    stream.write(text, (error) => (error == null || isBrokenPipe(error) ? resolve() : reject(error)));
  });
}
