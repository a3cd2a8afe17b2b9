import { createReadStream, fstatSync } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { CliError, unreadableFile } from './error.ts';

/** What stands for standard input where a file may be named. */
export const STDIN = '-';

/** Bytes read of a file at once: the size at which scanners take them at their speed. */
const CHUNK_BYTES = 1024 * 1024;

/** Refuses what names standard input more than once: it can be read once. */
export function refuseTwoReadersOfStdin(files: readonly string[]): void {
  if (files.filter((file) => file === STDIN).length <= 1) return;
  throw new CliError('USAGE', { what: '"-" is given more than once', fix: 'read standard input once' });
}

/** The bytes of standard input as they come, until they end or `signal` is aborted. */
export async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of addAbortSignal(signal, open())) yield chunk as Uint8Array;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadableFile(STDIN, cause);
  }
}

/**
 * A pipe is read through Node's own stream: a library that imports `node:process` as a module makes its descriptor
 * non-blocking, and to read it as a file fails where the writer is slower. What is neither file nor pipe that stream would
 * take for empty.
 */
function open(): Readable {
  const status = fstatSync(0);
  if (status.isFIFO() || status.isSocket() || isatty(0)) return process.stdin;
  return createReadStream('', { fd: 0, autoClose: false, highWaterMark: CHUNK_BYTES });
}
