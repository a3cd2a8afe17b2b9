import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '@bulkhead/core';
import { RpcError } from '../error.ts';
import { MAX_EVENT_BYTES } from '../wire/limits.ts';
import { isUpTo, type Position } from '../wire/position.ts';
import { encodeHeader, encodeRecord, fileNameOf, HEADER_BYTES, MAX_SEGMENT_BYTES } from './segment.ts';
import { SegmentReader } from './segment-reader.ts';
import { type Segment, takeOver } from './take-over.ts';

export interface SpoolOptions {
  /** A folder of its own, made where it does not exist. One process at a time may use it. */
  readonly folder: string;
  /** What may wait on the disk. Beyond it the oldest goes. */
  readonly maxBytes: number;
  readonly clock?: Clock;
  /** Events that are gone, and why. */
  readonly onLost?: (count: number, why: string) => void;
  /** What was found and set right, for people: a file that was set aside, an end that was torn. */
  readonly onProblem?: (problem: string) => void;
}

/** Events of one epoch without a jump between them. */
export interface SpooledBatch {
  readonly epoch: number;
  readonly firstSequence: number;
  readonly events: readonly Buffer[];
}

/** So that a small spool does not lose half of it at once. */
const MIN_SEGMENTS = 8;
/** The smallest spool: eight segments, each with room for the longest event. */
export const MIN_SPOOL_BYTES = MIN_SEGMENTS * 2 * MAX_EVENT_BYTES;
/**
 * Events that wait for the control plane, on the disk: segments that are only appended to, each event with a checksum. What
 * `append` has returned from survives the end of the process (SIGKILL), not that of the machine: nothing is synced.
 *
 * Every opening begins a new epoch, so that a position is never used twice, whatever a crash took.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #segmentBytes: number;
  readonly #reader = new SegmentReader();
  #segments: Segment[] = [];
  #file: number | undefined;
  #epoch = 0;
  #next = 1;
  #bytes = 0;
  #lost = 0;
  #acknowledged: Position | undefined;

  private constructor(options: SpoolOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, Math.floor(options.maxBytes / MIN_SEGMENTS));
  }

  /** Opens a folder and takes over what waits there. Throws `SPOOL_UNUSABLE`. */
  static open(options: SpoolOptions): Spool {
    const spool = new Spool(options);
    try {
      mkdirSync(options.folder, { recursive: true, mode: 0o700 });
      spool.#segments = takeOver(options.folder, {
        lose: (count, why) => spool.#lose(count, why),
        problem: (problem) => options.onProblem?.(problem),
      });
      spool.#bytes = spool.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
      const last = spool.#segments.at(-1)?.epoch ?? 0;
      const { clock = systemClock } = options;
      spool.#begin(Math.max(clock.now(), last + 1));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const parts = { what: `cannot keep events in "${options.folder}"`, why, fix: 'give a folder to write to' };
      throw new RpcError('SPOOL_UNUSABLE', parts, { cause });
    }
    return spool;
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Events that wait to be acknowledged. */
  get waiting(): number {
    return this.#segments.reduce((sum, segment) => sum + this.#waitingIn(segment), 0);
  }

  /** Events that were lost since the spool was opened. */
  get lost(): number {
    return this.#lost;
  }

  /** The position of the last event, whose sequence is 0 when this epoch has none. */
  get last(): Position {
    return { epoch: this.#epoch, sequence: this.#next - 1 };
  }

  /** Adds events (JSON as text) at the end. One that is too long, or that the disk does not take, is lost and counted. */
  append(events: readonly string[]): void {
    const records = events.map((event) => Buffer.from(event)).filter((event) => event.length <= MAX_EVENT_BYTES);
    if (records.length < events.length) this.#lose(events.length - records.length, 'an event is too long');
    for (let index = 0; index < records.length; ) {
      const active = this.#active();
      const encoded: Buffer[] = [];
      let bytes = 0;
      for (; index < records.length; index += 1) {
        const record = encodeRecord(records[index] ?? Buffer.alloc(0));
        if (encoded.length > 0 && active.bytes + bytes + record.length > this.#segmentBytes) break;
        encoded.push(record);
        bytes += record.length;
      }
      this.#write(active, Buffer.concat(encoded), encoded.length);
    }
    this.#shrink();
  }

  /** The events after a position, as many as fit, or nothing when none are there. They stay until they are acknowledged. */
  read(after: Position | undefined, maxEvents: number, maxBytes: number): SpooledBatch | undefined {
    for (const segment of this.#segments) {
      if (segment.count === 0 || (after !== undefined && isUpTo(endOf(segment), after))) continue;
      const from = after?.epoch === segment.epoch ? Math.max(segment.first, after.sequence + 1) : segment.first;
      const batch = this.#readFrom(segment, from, maxEvents, maxBytes);
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  /** Forgets everything up to a position. Segments go when all of them is acknowledged. */
  acknowledge(position: Position): void {
    if (position.epoch > this.#epoch) {
      const waiting = this.waiting;
      if (waiting > 0)
        this.#lose(waiting, 'the control plane has newer events of this agent: its folder is an old copy');
      this.#begin(position.epoch + 1);
    }
    if (this.#acknowledged === undefined || isUpTo(this.#acknowledged, position)) this.#acknowledged = position;
    this.#segments = this.#segments.filter((segment) => {
      // The last one is written to, and its name remembers the epoch.
      if (segment === this.#segments.at(-1) || !isUpTo(endOf(segment), position)) return true;
      this.#remove(segment);
      return false;
    });
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Begins an epoch with an empty segment; those without events before it are not needed any more. */
  #begin(epoch: number): void {
    this.#epoch = epoch;
    this.#next = 1;
    this.#roll();
    this.#segments = this.#segments.filter((segment) => {
      if (segment.count > 0 || segment === this.#segments.at(-1)) return true;
      this.#remove(segment);
      return false;
    });
  }

  /** The segment to write to. */
  #active(): Segment {
    const active = this.#segments.at(-1);
    if (active !== undefined && active.bytes < this.#segmentBytes) return active;
    return this.#roll();
  }

  #roll(): Segment {
    this.close();
    const name = { epoch: this.#epoch, first: this.#next };
    const path = join(this.#options.folder, fileNameOf(name));
    this.#file = openSync(path, 'w', 0o600);
    writeSync(this.#file, encodeHeader(name));
    const segment = { ...name, path, count: 0, bytes: HEADER_BYTES };
    this.#segments.push(segment);
    this.#bytes += segment.bytes;
    return segment;
  }

  #write(segment: Segment, bytes: Buffer, count: number): void {
    const { onProblem } = this.#options;
    try {
      const written = writeSync(this.#file ?? -1, bytes, 0, bytes.length, segment.bytes);
      if (written < bytes.length) throw new Error('the disk is full');
    } catch (error) {
      this.#lose(count, 'the disk does not take them');
      onProblem?.(`events cannot be written: ${error instanceof Error ? error.message : String(error)}`);
      try {
        ftruncateSync(this.#file ?? -1, segment.bytes);
      } catch {
        // What is half written lies behind the end that is known: the next write covers it.
      }
      return;
    }
    segment.count += count;
    segment.bytes += bytes.length;
    this.#bytes += bytes.length;
    this.#next += count;
  }

  /** Drops the oldest segments until the rest is within the bound. */
  #shrink(): void {
    while (this.#bytes > this.#options.maxBytes && this.#segments.length > 1) {
      const oldest = this.#segments.shift();
      if (oldest === undefined) return;
      this.#remove(oldest);
      this.#lose(this.#waitingIn(oldest), 'the spool is full');
    }
  }

  #waitingIn({ epoch, first, count }: Segment): number {
    const done = this.#acknowledged;
    if (done === undefined || done.epoch < epoch) return count;
    return done.epoch > epoch ? 0 : count - Math.min(count, Math.max(0, done.sequence - first + 1));
  }

  #remove(segment: Segment): void {
    rmSync(segment.path, { force: true });
    this.#bytes -= segment.bytes;
    this.#reader.forget(segment.path);
  }

  #lose(count: number, why: string): void {
    if (count === 0) return;
    this.#lost += count;
    this.#options.onLost?.(count, why);
  }

  #readFrom(segment: Segment, from: number, maxEvents: number, maxBytes: number): SpooledBatch | undefined {
    const left = segment.first + segment.count - from;
    const events = this.#reader.read(segment, from, Math.min(maxEvents, left), maxBytes);
    if (events.length > 0) return { epoch: segment.epoch, firstSequence: from, events };
    // It was good when it was opened or written, and is not any more.
    this.#options.onProblem?.(`"${segment.path}" was changed while it was in use: ${left} events in it cannot be read`);
    this.#lose(left, 'a file of the spool is damaged');
    segment.count = from - segment.first;
    // Numbers go on where they were: what comes next must not be counted from the damage.
    if (segment === this.#segments.at(-1)) this.#roll();
    return undefined;
  }
}

/** The position of a segment's last event. */
function endOf({ epoch, first, count }: Segment): Position {
  return { epoch, sequence: first + count - 1 };
}
