import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A finding's line is some hundred bytes: ordinary files stay in memory, a flood of findings does not. */
const MAX_CHARACTERS_IN_MEMORY = 4 * 1024 * 1024;
const READ_BYTES = 64 * 1024;

/**
 * Keeps the findings of one file until the report is written, in bounded memory: beyond the bound they go to a
 * temporary file that has no name any more, so that nothing is left behind however the process ends.
 *
 * Records come out sorted within what memory held at once; the inspector reports in packet order, so the whole is
 * sorted too.
 */
export class Spool<Record extends object> {
  readonly #compare: (a: Record, b: Record) => number;
  readonly #limit: number;
  #records: Record[] = [];
  #characters = 0;
  #descriptor: number | undefined;
  #length = 0;
  #bytes = 0;

  constructor(compare: (a: Record, b: Record) => number, maxCharacters = MAX_CHARACTERS_IN_MEMORY) {
    this.#compare = compare;
    this.#limit = maxCharacters;
  }

  /** Records added so far. */
  get length(): number {
    return this.#length;
  }

  /** Whether records had to leave memory. */
  get spilled(): boolean {
    return this.#descriptor !== undefined;
  }

  add(record: Record): void {
    this.#records.push(record);
    this.#length += 1;
    for (const value of Object.values(record)) this.#characters += typeof value === 'string' ? value.length + 16 : 24;
    if (this.#characters > this.#limit) this.#spill();
  }

  /** Every record as a line of JSON. */
  *lines(): Generator<string> {
    if (this.#descriptor !== undefined) yield* readLines(this.#descriptor, this.#bytes);
    yield* this.#records.toSorted(this.#compare).map((record) => JSON.stringify(record));
  }

  /** The first records, for people. */
  first(count: number): Record[] {
    // What was serialised here is what was added here.
    return this.lines()
      .take(count)
      .map((line) => JSON.parse(line) as Record)
      .toArray();
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#records = [];
  }

  #spill(): void {
    this.#descriptor ??= openNameless();
    const lines = this.#records.toSorted(this.#compare).map((record) => `${JSON.stringify(record)}\n`);
    const bytes = Buffer.from(lines.join(''));
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#bytes + written);
    }
    this.#bytes += bytes.length;
    this.#records = [];
    this.#characters = 0;
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-'));
  try {
    return openSync(join(folder, 'findings'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function* readLines(descriptor: number, end: number): Generator<string> {
  const buffer = Buffer.alloc(READ_BYTES);
  const decoder = new TextDecoder();
  let rest = '';
  for (let position = 0; position < end; ) {
    const count = readSync(descriptor, buffer, 0, Math.min(buffer.length, end - position), position);
    if (count === 0) break;
    position += count;
    const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
