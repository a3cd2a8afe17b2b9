import type { ContentSink, FileEntry } from '@bulkhead/scanner';
import { OciError } from '../error.ts';
import { entryPath } from './entry-path.ts';
import { BLOCK, number, readHeader, type TarHeader, text } from './header.ts';
import { MAX_EXTENDED_BYTES, readPax } from './pax.ts';
import { checkPieces, expanding, PieceLines, readOldPieces, readPieceList, type SparsePiece } from './sparse.ts';

/** Entries of one layer; the largest public images have some 300,000. */
export const MAX_ENTRIES = 2_000_000;

/** What an archive's entries are given to. Devices and pipes have no content and are not mentioned. */
export interface TarVisitor {
  folder(path: string): void;
  /** `entry.path` may be that of a whiteout: what names mean is the visitor's. */
  file(entry: FileEntry): ContentSink | undefined;
}

type State = 'header' | 'data' | 'padding' | 'extended' | 'old-sparse' | 'sparse-lines' | 'end';

/**
 * Reads a tar archive that is pushed through it in chunks of any size, in memory that does not depend on the archive.
 * Understands what Go's archive/tar does, since that is what unpacks layers everywhere: ustar, pax, GNU long names and
 * sizes, both kinds of sparse files. Throws an `OciError` for what contradicts the format.
 */
export class TarReader {
  readonly #visitor: TarVisitor;
  #state: State = 'header';
  /** Bytes of a header that came in pieces, of an extended header or of a sparse map. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #remaining = 0;
  #padding = 0;
  #sink: ContentSink | undefined;
  #wanted = false;
  #extendedType = '';
  #pax: Map<string, string> | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;
  #header: TarHeader | undefined;
  #pieces: SparsePiece[] = [];
  #lines: PieceLines | undefined;
  #realSize = 0;
  #entries = 0;
  /** Bytes before the current chunk, and before the content of the current entry. */
  #base = 0;
  #position = 0;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  get entries(): number {
    return this.#entries;
  }

  /** While the visitor is told of a file: where its content begins. Undefined where it is not stored in one piece. */
  get dataOffset(): number | undefined {
    return this.#pieces.length > 0 ? undefined : this.#position;
  }

  /** How many of the next bytes make no difference: content that nobody wants. */
  get skippable(): number {
    if (this.#state === 'end') return Number.MAX_SAFE_INTEGER;
    if (this.#state === 'padding') return this.#padding;
    return this.#state === 'data' && !this.#wanted ? this.#remaining + this.#padding : 0;
  }

  /** Takes `skippable` bytes as read. */
  skip(): void {
    if (this.#state === 'end') return;
    this.#base += this.skippable;
    this.#padding = 0;
    this.#remaining = 0;
    if (this.#state === 'data') this.#close();
    this.#state = 'header';
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'end') {
      switch (this.#state) {
        case 'data':
          at = this.#data(chunk, at);
          break;
        case 'padding': {
          const skipped = Math.min(this.#padding, chunk.length - at);
          this.#padding -= skipped;
          at += skipped;
          if (this.#padding === 0) this.#state = 'header';
          break;
        }
        case 'extended':
          at = this.#keep(chunk, at, this.#remaining, (content) => this.#readExtended(content));
          break;
        default:
          at = this.#block(chunk, at);
      }
    }
    this.#base += chunk.length;
  }

  /** The archive's end has come. One that lacks its closing blocks is complete for every runtime; a cut entry is not. */
  end(): void {
    if (this.#state === 'end') return;
    if (this.#state !== 'header' || this.#keptBytes > 0 || this.#hasExtension) {
      this.abort();
      throw new OciError('LAYER_CORRUPT', { what: 'the tar archive is cut off', why: 'it ends inside an entry' });
    }
    this.#state = 'end';
  }

  /** Tells the sink of a file that is being read that no more will come. */
  abort(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#state = 'end';
    sink?.end(false);
  }

  get #hasExtension(): boolean {
    return this.#pax !== undefined || this.#longName !== undefined || this.#longLink !== undefined;
  }

  #block(chunk: Buffer, at: number): number {
    this.#position = this.#base + Math.min(at + BLOCK - this.#keptBytes, chunk.length);
    if (this.#keptBytes === 0 && chunk.length - at >= BLOCK) {
      this.#readBlock(chunk, at);
      return at + BLOCK;
    }
    return this.#keep(chunk, at, BLOCK - this.#keptBytes, (block) => this.#readBlock(block, 0));
  }

  /** Collects `missing` more bytes, then hands on everything that was collected. */
  #keep(chunk: Buffer, at: number, missing: number, then: (content: Buffer) => void): number {
    const part = chunk.subarray(at, at + missing);
    this.#kept.push(Buffer.from(part));
    this.#keptBytes += part.length;
    if (this.#state === 'extended') this.#remaining -= part.length;
    if (part.length === missing) {
      const content = this.#kept.length === 1 ? (this.#kept[0] ?? part) : Buffer.concat(this.#kept);
      this.#kept = [];
      this.#keptBytes = 0;
      then(content);
    }
    return at + part.length;
  }

  #readBlock(block: Buffer, at: number): void {
    if (this.#state === 'old-sparse') return this.#readOldSparse(block, at);
    if (this.#state === 'sparse-lines') return this.#readSparseLines(block, at);
    const header = readHeader(block, at);
    if (header === undefined) {
      // Go's reader wants two such blocks; after one, no writer goes on.
      this.#state = 'end';
      return;
    }
    this.#entries += 1;
    if (this.#entries > MAX_ENTRIES) {
      throw new OciError('LAYER_TOO_LARGE', `the layer has more than ${MAX_ENTRIES} entries`);
    }
    if (isExtension(header.type)) {
      if (header.size > MAX_EXTENDED_BYTES) {
        throw new OciError(
          'LAYER_TOO_LARGE',
          `an extended header of the layer is larger than ${MAX_EXTENDED_BYTES} bytes`,
        );
      }
      this.#extendedType = header.type;
      this.#remaining = header.size;
      this.#padding = paddingOf(header.size);
      this.#state = header.size === 0 ? 'header' : 'extended';
      return;
    }
    this.#begin(header, block, at);
  }

  #readExtended(content: Buffer): void {
    const type = this.#extendedType;
    // A global header's records (Git's commit id) are no entry's; Go's reader does not apply them either.
    if (type === 'x') this.#pax = readPax(content);
    else if (type === 'L') this.#longName = text(content, 0, content.length);
    else if (type === 'K') this.#longLink = text(content, 0, content.length);
    this.#state = this.#padding > 0 ? 'padding' : 'header';
  }

  #begin(plain: TarHeader, block: Buffer, at: number): void {
    const pax = this.#pax;
    const header = {
      ...plain,
      name: this.#longName ?? pax?.get('GNU.sparse.name') ?? pax?.get('path') ?? plain.name,
      linkName: this.#longLink ?? pax?.get('linkpath') ?? plain.linkName,
      size: sizeFrom(pax?.get('size')) ?? plain.size,
    };
    this.#pax = this.#longName = this.#longLink = undefined;
    this.#header = header;
    this.#remaining = hasData(header.type) ? header.size : 0;
    this.#padding = paddingOf(this.#remaining);
    this.#pieces = [];
    if (header.type === 'S') {
      this.#realSize = number(block, at + 483, 12);
      this.#pieces = readOldPieces(block, at + 386, 4);
      if (block[at + 482] === 1) this.#state = 'old-sparse';
      else this.#openSparse();
      return;
    }
    const map = pax?.get('GNU.sparse.map');
    if (map !== undefined || pax?.get('GNU.sparse.major') === '1') {
      this.#realSize = sizeFrom(pax?.get('GNU.sparse.realsize') ?? pax?.get('GNU.sparse.size')) ?? header.size;
      if (map === undefined) {
        this.#lines = new PieceLines();
        this.#state = 'sparse-lines';
        return;
      }
      this.#pieces = readPieceList(map);
      this.#openSparse();
      return;
    }
    this.#open(header, undefined);
  }

  #readOldSparse(block: Buffer, at: number): void {
    this.#pieces.push(...readOldPieces(block, at, 21));
    checkPieces(this.#pieces, Number.MAX_SAFE_INTEGER, sumOf(this.#pieces));
    if (block[at + 504] !== 1) this.#openSparse();
  }

  #readSparseLines(block: Buffer, at: number): void {
    if (this.#remaining < BLOCK) {
      throw new OciError('LAYER_CORRUPT', {
        what: 'the tar archive is damaged',
        why: 'the map of a sparse file is cut off',
      });
    }
    this.#remaining -= BLOCK;
    const pieces = this.#lines?.push(block.subarray(at, at + BLOCK));
    if (pieces === undefined) return;
    this.#lines = undefined;
    this.#pieces = pieces;
    this.#openSparse();
  }

  #openSparse(): void {
    const header = this.#header;
    if (header === undefined) return;
    checkPieces(this.#pieces, this.#realSize, this.#remaining);
    this.#open({ ...header, type: '0', size: this.#realSize }, this.#pieces);
  }

  #open(header: TarHeader, pieces: readonly SparsePiece[] | undefined): void {
    const path = entryPath(header.name);
    const sink = this.#announce(header, path);
    this.#sink = sink !== undefined && pieces !== undefined ? expanding(sink, pieces, header.size) : sink;
    this.#wanted = this.#sink !== undefined;
    this.#state = 'data';
    if (this.#remaining === 0) this.#close();
  }

  #announce({ type, name, mode, size, linkName }: TarHeader, path: string): ContentSink | undefined {
    switch (type) {
      case '0':
      case '7':
        // Archives older than POSIX mark folders by their slash alone.
        if (path === '' || name.endsWith('/')) break;
        return this.#visitor.file({ path, size, mode, kind: 'file' });
      case '1':
        return this.#visitor.file({ path, size: 0, mode, kind: 'hardlink', target: entryPath(linkName) });
      case '2':
        return this.#visitor.file({ path, size: 0, mode, kind: 'symlink', target: linkName });
      case '5':
        break;
      case '3':
      case '4':
      case '6':
        return undefined;
      default:
        throw new OciError('LAYER_CORRUPT', `the layer has an entry of an unknown type at "${path.slice(0, 100)}"`);
    }
    if (path !== '') this.#visitor.folder(path);
    return undefined;
  }

  #data(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#remaining);
    if (this.#wanted) this.#wanted = this.#sink?.write(chunk.subarray(at, end)) ?? false;
    this.#remaining -= end - at;
    if (this.#remaining === 0) this.#close();
    return end;
  }

  #close(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#state = this.#padding > 0 ? 'padding' : 'header';
    sink?.end(true);
  }
}

function isExtension(type: string): boolean {
  return type === 'x' || type === 'g' || type === 'L' || type === 'K';
}

/** Links, devices, folders and pipes have no data whatever their size field says. */
function hasData(type: string): boolean {
  return type === '0' || type === '7' || type === 'S';
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function sumOf(pieces: readonly SparsePiece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

function sizeFrom(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const size = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw new OciError('LAYER_CORRUPT', {
    what: 'the tar archive is damaged',
    why: 'an extended header has a wrong size',
  });
}
