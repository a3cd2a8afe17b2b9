import type { Writable } from 'node:stream';

export interface LineWriterOptions {
  /** Bytes waiting in memory before records are dropped: a reader that sleeps must not take the memory. */
  readonly maxPendingBytes?: number;
}

export interface LineWriter {
  /** Writes a record as one line of JSON. False when it was dropped because the reader is too slow or gone. */
  write(record: object): boolean;
  /** Records dropped so far. */
  readonly dropped: number;
  /** Resolves when the reader has caught up; at once when nothing waits or the reader is gone. */
  drained(): Promise<void>;
  /** Whether the reader went away. */
  readonly closed: boolean;
}

/** A finding's line is some hundred bytes: this is a burst of ten thousands of them. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

/**
 * Writes records as JSON lines. A source that can wait awaits `drained()`; one that cannot (traffic) just writes, and
 * records beyond the bound are dropped and counted. A reader that goes away (EPIPE) is no error: writing ends quietly.
 */
export function createLineWriter(stream: Writable, options: LineWriterOptions = {}): LineWriter {
  const { maxPendingBytes = MAX_PENDING_BYTES } = options;
  let dropped = 0;
  let closed = false;
  let waiting: (() => void)[] = [];
  const release = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  const end = (): void => {
    closed = true;
    release();
  };
  stream.on('error', end);
  stream.on('close', end);
  stream.on('drain', release);

  return {
    write(record) {
      if (closed || stream.writableLength > maxPendingBytes) {
        dropped += 1;
        return false;
      }
      stream.write(
        `${JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))}\n`,
      );
      return true;
    },
    drained() {
      if (closed || !stream.writableNeedDrain) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    get dropped() {
      return dropped;
    },
    get closed() {
      return closed;
    },
  };
}
