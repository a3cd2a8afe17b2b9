import type { ContentSink } from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import { number } from './header.ts';

/** A piece of a sparse file that is stored; everything between pieces reads as zeros. */
export interface SparsePiece {
  readonly offset: number;
  readonly length: number;
}

/** Pieces of one file. More than a disk would have extents for is an attack on memory. */
export const MAX_PIECES = 65_536;
const NEWLINE = 0x0a;
const ZEROS = Buffer.alloc(64 * 1024);

/** Reads the pieces of GNU's old sparse format from a header (4 pieces) or an extension block (21). */
export function readOldPieces(block: Buffer, at: number, count: number): SparsePiece[] {
  const pieces: SparsePiece[] = [];
  for (let index = 0; index < count && block[at + index * 24] !== 0; index += 1) {
    pieces.push({ offset: number(block, at + index * 24, 12), length: number(block, at + index * 24 + 12, 12) });
  }
  return pieces;
}

/** Reads GNU's pax formats 0.0 and 0.1: `offset,length,offset,length…`. */
export function readPieceList(list: string): SparsePiece[] {
  return toPieces(list.split(',', MAX_PIECES * 2 + 1));
}

/** Reads GNU's pax format 1.0 from the head of the data, block by block: a count, then offsets and lengths, one a line. */
export class PieceLines {
  readonly #blocks: Buffer[] = [];
  #lines = 0;
  #expected: number | undefined;

  /** The pieces, once the block that ends their list has come. */
  push(block: Buffer): SparsePiece[] | undefined {
    this.#blocks.push(Buffer.from(block));
    for (let at = block.indexOf(NEWLINE); at >= 0; at = block.indexOf(NEWLINE, at + 1)) this.#lines += 1;
    if (this.#expected === undefined) {
      const count = /^(\d{1,6})\n/.exec(block.toString('latin1', 0, 8))?.[1];
      if (count === undefined || Number(count) > MAX_PIECES) throw badMap();
      this.#expected = 1 + Number(count) * 2;
    }
    // A line is at most 17 digits: an endless one is no number.
    if (this.#blocks.length * block.length > this.#expected * 18 + block.length) throw badMap();
    if (this.#lines < this.#expected) return undefined;
    return toPieces(Buffer.concat(this.#blocks).toString('latin1').split('\n', this.#expected).slice(1));
  }
}

function toPieces(numbers: readonly string[]): SparsePiece[] {
  if (numbers.length % 2 !== 0 || numbers.length > MAX_PIECES * 2) throw badMap();
  return numbers.flatMap((offset, index) =>
    index % 2 === 0 ? [{ offset: Number(offset), length: Number(numbers[index + 1]) }] : [],
  );
}

/** Checks that pieces are in order and inside the file, and that they are what is stored. */
export function checkPieces(pieces: readonly SparsePiece[], size: number, stored: number): void {
  let end = 0;
  let sum = 0;
  for (const { offset, length } of pieces) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || length < 0 || offset < end) throw badMap();
    end = offset + length;
    sum += length;
  }
  if (end > size || sum !== stored || pieces.length > MAX_PIECES) throw badMap();
}

/** Gives a sink the whole file: what is stored with zeros between. */
export function expanding(sink: ContentSink, pieces: readonly SparsePiece[], size: number): ContentSink {
  let at = 0;
  let index = 0;
  let wanted = true;

  function zerosUntil(offset: number): void {
    while (wanted && at < offset) {
      const zeros = ZEROS.subarray(0, Math.min(ZEROS.length, offset - at));
      wanted = sink.write(zeros);
      at += zeros.length;
    }
  }

  function write(chunk: Buffer): boolean {
    let rest = chunk;
    while (wanted && rest.length > 0) {
      const piece = pieces[index];
      if (piece === undefined) break;
      zerosUntil(piece.offset);
      const part = rest.subarray(0, piece.offset + piece.length - at);
      if (part.length > 0 && wanted) wanted = sink.write(part);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at >= piece.offset + piece.length) index += 1;
    }
    return wanted;
  }

  function end(complete: boolean): void {
    if (complete) zerosUntil(size);
    sink.end(complete);
  }

  return { write, end };
}

function badMap(): OciError {
  return new OciError('LAYER_CORRUPT', {
    what: 'the tar archive is damaged',
    why: 'the map of a sparse file is wrong',
  });
}
