import type { RecordPlace } from './record-reader.ts';

/** Small enough to be moved while a review waits: a fraction of a millisecond. */
const PIECE_BYTES = 256 * 1024;
/** Longer records have a piece of their own: at the end of the others no more than this stays empty. */
const MAX_SHARED_BYTES = PIECE_BYTES / 8;
/** Before each record: its number, and how long it is. */
const PREFIX_BYTES = 8;
const NOWHERE = 0xffff_ffff;

interface Piece {
  readonly bytes: Buffer;
  used: number;
  /** Of what is used, the bytes of records that are still kept. */
  kept: number;
}

/**
 * Records by number, in few large pieces of memory that no collection of garbage looks into. What was removed is given back: pieces
 * of which less than half is kept are left for others, so that little more than twice what is kept is taken, and a piece more.
 */
export class RecordStore {
  readonly #pieces = new Map<number, Piece>();
  #opened = 0;
  /** The piece that is being filled. */
  #current = NOWHERE;
  /** The piece of each record and its place there; of a number that is free, nowhere, and the next that is. */
  #pieceOf = new Uint32Array(64).fill(NOWHERE);
  #startOf = new Uint32Array(64);
  #numbers = 0;
  #firstFree = NOWHERE;
  #bytes = 0;

  /** Memory that is taken. */
  get bytes(): number {
    return this.#bytes + this.#pieceOf.byteLength + this.#startOf.byteLength;
  }

  /** Keeps a copy, and gives the number it has until it is removed: the smallest ones there are, each free again afterwards. */
  add(record: Uint8Array): number {
    const number = this.#number();
    this.#put(number, record);
    return number;
  }

  /** Where a record lies until the next change. */
  place(number: number): RecordPlace {
    const start = this.#startOf[number] ?? 0;
    const piece = this.#pieces.get(this.#pieceOf[number] ?? NOWHERE);
    if (piece === undefined) throw new RangeError(`no record has the number ${number}`);
    return { bytes: piece.bytes, start, end: start + piece.bytes.readUInt32LE(start - 4) };
  }

  remove(number: number): void {
    const { start, end } = this.place(number);
    const pieceNumber = this.#pieceOf[number] ?? NOWHERE;
    this.#pieceOf[number] = NOWHERE;
    this.#startOf[number] = this.#firstFree;
    this.#firstFree = number;
    const piece = this.#pieces.get(pieceNumber);
    if (piece === undefined) return;
    piece.kept -= end - start + PREFIX_BYTES;
    if (pieceNumber !== this.#current) this.#tidy(pieceNumber, piece);
  }

  #put(number: number, record: Uint8Array): void {
    const size = PREFIX_BYTES + record.length;
    const pieceNumber = size > MAX_SHARED_BYTES ? this.#open(size) : this.#shared(size);
    const piece = this.#pieces.get(pieceNumber);
    if (piece === undefined) throw new RangeError(`there is no piece ${pieceNumber}`);
    piece.bytes.writeUInt32LE(number, piece.used);
    piece.bytes.writeUInt32LE(record.length, piece.used + 4);
    const start = piece.used + PREFIX_BYTES;
    piece.bytes.set(record, start);
    piece.used += size;
    piece.kept += size;
    this.#pieceOf[number] = pieceNumber;
    this.#startOf[number] = start;
  }

  /** The piece that is being filled; another one where it has not that much room. */
  #shared(size: number): number {
    for (;;) {
      const before = this.#current;
      const piece = this.#pieces.get(before);
      if (piece !== undefined && piece.used + size <= PIECE_BYTES) return before;
      this.#current = this.#open(PIECE_BYTES);
      // What is moved from there takes room of the new one: it is asked again.
      if (piece !== undefined) this.#tidy(before, piece);
    }
  }

  #open(size: number): number {
    const number = this.#opened;
    this.#opened += 1;
    this.#pieces.set(number, { bytes: Buffer.allocUnsafeSlow(size), used: 0, kept: 0 });
    this.#bytes += size;
    return number;
  }

  /** Moves what is left of a piece to others, where it is less than half. */
  #tidy(pieceNumber: number, piece: Piece): void {
    if (piece.kept * 2 >= piece.used) return;
    this.#pieces.delete(pieceNumber);
    this.#bytes -= piece.bytes.length;
    for (let at = 0; at < piece.used; ) {
      const number = piece.bytes.readUInt32LE(at);
      const start = at + PREFIX_BYTES;
      at = start + piece.bytes.readUInt32LE(at + 4);
      const isKept = this.#pieceOf[number] === pieceNumber && this.#startOf[number] === start;
      if (isKept) this.#put(number, piece.bytes.subarray(start, at));
    }
  }

  #number(): number {
    const free = this.#firstFree;
    if (free !== NOWHERE) {
      this.#firstFree = this.#startOf[free] ?? NOWHERE;
      return free;
    }
    const number = this.#numbers;
    this.#numbers += 1;
    if (number === this.#pieceOf.length) {
      const [pieces, starts] = [this.#pieceOf, this.#startOf];
      this.#pieceOf = new Uint32Array(number * 2).fill(NOWHERE);
      this.#pieceOf.set(pieces);
      this.#startOf = new Uint32Array(number * 2);
      this.#startOf.set(starts);
    }
    return number;
  }
}
