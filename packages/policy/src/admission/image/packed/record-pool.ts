import { HashTable } from './hash-table.ts';
import { type HashKey, keyedHash } from './keyed-hash.ts';
import { RecordReader } from './record-reader.ts';
import { RecordStore } from './record-store.ts';
import { RecordWriter } from './record-writer.ts';

/** How a value is written as a record, and read from one. */
export interface Packing<Value> {
  readonly pack: (value: Value, writer: RecordWriter) => void;
  readonly unpack: (reader: RecordReader) => Value;
}

/** So many values that were asked for last are kept as they are: what one image has others have, and each is asked for by every rule. */
const RECENT = 4_096;

/** Equal values as one record each, for as long as somebody uses it. */
export class RecordPool<Value> {
  readonly #packing: Packing<Value>;
  readonly #writer = new RecordWriter();
  readonly #store = new RecordStore();
  readonly #table = new HashTable();
  readonly #key: HashKey;
  /** How often each is used. */
  #uses = new Uint32Array(64);
  readonly #recent: ({ readonly number: number; readonly value: Value } | undefined)[] = [];

  constructor(packing: Packing<Value>, key: HashKey) {
    this.#packing = packing;
    this.#key = key;
  }

  /** Different values that are kept. */
  get size(): number {
    return this.#table.size;
  }

  /** Memory that is taken outside of the heap. */
  get bytes(): number {
    return this.#store.bytes + this.#table.bytes + this.#uses.byteLength;
  }

  /** Keeps a value, and gives its number: that of those equal to it, for as long as it has been taken more often than released. */
  take(value: Value): number {
    this.#packing.pack(value, this.#writer);
    const record = this.#writer.take();
    const hash = keyedHash(record, this.#key);
    const there = this.#table.find(hash, (number) => this.#holds(number, record));
    if (there !== undefined) {
      this.#uses[there] = (this.#uses[there] ?? 0) + 1;
      return there;
    }
    const number = this.#store.add(record);
    this.#table.add(hash, number);
    if (number >= this.#uses.length) {
      const uses = this.#uses;
      this.#uses = new Uint32Array(uses.length * 2);
      this.#uses.set(uses);
    }
    this.#uses[number] = 1;
    return number;
  }

  get(number: number): Value {
    const recent = this.#recent[number % RECENT];
    if (recent?.number === number) return recent.value;
    const value = this.#packing.unpack(new RecordReader(this.#store.place(number)));
    while (this.#recent.length < number % RECENT) this.#recent.push(undefined);
    this.#recent[number % RECENT] = { number, value };
    return value;
  }

  release(number: number): void {
    const left = (this.#uses[number] ?? 0) - 1;
    this.#uses[number] = left;
    if (left > 0) return;
    const { bytes, start, end } = this.#store.place(number);
    this.#table.remove(keyedHash(bytes.subarray(start, end), this.#key), number);
    this.#store.remove(number);
    // The number will be that of another value.
    if (this.#recent[number % RECENT]?.number === number) this.#recent[number % RECENT] = undefined;
  }

  #holds(number: number, record: Uint8Array): boolean {
    const { bytes, start, end } = this.#store.place(number);
    return end - start === record.length && bytes.compare(record, 0, record.length, start, end) === 0;
  }
}
