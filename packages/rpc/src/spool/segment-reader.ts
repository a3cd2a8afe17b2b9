import { closeSync, openSync, readSync } from 'node:fs';
import { MAX_EVENT_BYTES } from '../wire/limits.ts';
import { HEADER_BYTES, RECORD_BYTES, readRecord, type SegmentName } from './segment.ts';

/** A segment's file, as far as it is known to be written. */
export interface SegmentFile extends SegmentName {
  readonly path: string;
  readonly bytes: number;
}

/** Bytes of a segment that were read at once, and a place among them: the event with that sequence begins at that offset. */
interface Window {
  readonly path: string;
  readonly bytes: Buffer;
  /** Where in the file it begins, and how far the file was written then. */
  readonly start: number;
  readonly written: number;
  offset: number;
  sequence: number;
}

/** Reads segments batch by batch. Going on where the last batch ended reads only what is new of the file. */
export class SegmentReader {
  #window: Window | undefined;

  /** Events from a sequence on, at least one where one is readable: none where it is not, or is not what was written. */
  read(segment: SegmentFile, from: number, maxEvents: number, maxBytes: number): readonly Buffer[] {
    const window = this.#open(segment, from);
    if (window === undefined) return [];
    const events: Buffer[] = [];
    for (let bytes = 0; events.length < maxEvents; ) {
      const event = take(window, maxBytes - bytes, events.length === 0);
      if (event === undefined) break;
      bytes += event.length;
      // The window's bytes are held as one: an event that outlives them must not keep all of them.
      events.push(Buffer.from(event));
    }
    return events;
  }

  /** A file is removed. */
  forget(path: string): void {
    if (this.#window?.path === path) this.#window = undefined;
  }

  #open(segment: SegmentFile, from: number): Window | undefined {
    const known = this.#window;
    const isNext = known?.path === segment.path && known.sequence <= from;
    if (isNext && known.sequence === from && known.written === segment.bytes) return known;
    const start = isNext ? known.start + known.offset : HEADER_BYTES;
    const sequence = isNext ? known.sequence : segment.first;
    const bytes = readRange(segment.path, start, segment.bytes);
    if (bytes === undefined) return undefined;
    const window = { path: segment.path, bytes, start, written: segment.bytes, offset: 0, sequence };
    while (window.sequence < from) if (take(window, MAX_EVENT_BYTES, true) === undefined) return undefined;
    this.#window = window;
    return window;
  }
}

/** The next event of a window, which moves behind it; nothing where there is none, or it is longer than is wanted. */
function take(window: Window, maxBytes: number, isLengthForgiven: boolean): Buffer | undefined {
  const event = readRecord(window.bytes, window.offset, MAX_EVENT_BYTES);
  if (typeof event === 'string' || (event.length > maxBytes && !isLengthForgiven)) return undefined;
  window.offset += RECORD_BYTES + event.length;
  window.sequence += 1;
  return event;
}

/** Bytes of a file; nothing where it is gone or shorter than it was. */
function readRange(path: string, from: number, to: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  try {
    const file = openSync(path, 'r');
    try {
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
