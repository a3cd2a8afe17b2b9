import type { Fact } from './fact.ts';
import type { Gap } from './gap.ts';

/** A file of a layer or folder. `path` has no leading slash, no empty or dot segments. */
export interface FileEntry {
  readonly path: string;
  /** Of the content in bytes; 0 for links. */
  readonly size: number;
  readonly mode: number;
  readonly kind: 'file' | 'symlink' | 'hardlink';
  /** Links only, as written. */
  readonly target?: string;
}

export interface ReadResult {
  readonly facts: readonly Fact[];
  readonly gaps: readonly Gap[];
}

interface ReaderBase {
  /** Stable, kebab-case: reports and cache keys name it. */
  readonly id: string;
  /** Raised by every change that can change a result: it is part of the cache key. */
  readonly version: number;
  /** By name, size and mode alone: content is only fetched when a reader wants it. */
  wants(file: FileEntry): boolean;
}

/** Reads files whole. Pure and synchronous; hostile content ends in gaps, never in an exception. */
export interface WholeFileReader extends ReaderBase {
  readonly mode: 'whole';
  /** Larger files become a `too-large` gap without being read. */
  readonly maxBytes: number;
  read(file: FileEntry, content: Buffer): ReadResult;
}

/** Reads files of any size in bounded memory. */
export interface StreamReader extends ReaderBase {
  readonly mode: 'stream';
  open(file: FileEntry): FileReading;
}

export interface FileReading {
  /** `chunk` is valid during the call only. False: the rest of the file is not needed. */
  write(chunk: Buffer): boolean;
  /** `complete` is false where the source broke off. */
  end(complete: boolean): ReadResult;
}

export type Reader = WholeFileReader | StreamReader;
