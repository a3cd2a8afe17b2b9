import type { ReaderSubject } from '../inventory/readers-for.ts';
import type { Fact } from '../reader/fact.ts';
import type { Gap } from '../reader/gap.ts';
import type { FileEntry, FileReading, ReadResult, StreamReader } from '../reader/reader.ts';
import { LineCounter } from './line-counter.ts';
import type { FoundSecret, ScannedForSecrets, SecretScan, SecretScanner } from './ports.ts';
import { isBinary, skippedByPath } from './skips.ts';

/** Files up to this size are kept and looked into with one call; larger ones pass in pieces. */
const WHOLE_FILE_BYTES = 64 * 1024;
/** A file with more holds keys for a living. */
export const MAX_SECRETS_PER_FILE = 200;

const READER_ID = 'secrets';
const VERSION = 2;

/**
 * Looks for secrets in text files of any size, in bounded memory. What is passed over is declared in `SECRET_SKIPS`.
 * Values that documentation uses are no secrets. A longer list of detectors is a newer version: it finds others.
 */
export function secretReader(scanner: SecretScanner, subject: ReaderSubject): StreamReader {
  return {
    mode: 'stream',
    id: READER_ID,
    version: VERSION * 1000 + scanner.detectors.length,
    wants: (file) => file.kind === 'file' && file.size > 0 && skippedByPath(file, subject) === undefined,
    open: (file) => new SecretReading(scanner, file),
  };
}

class SecretReading implements FileReading {
  readonly #scanner: SecretScanner;
  readonly #file: FileEntry;
  readonly #lines = new LineCounter();
  readonly #facts = new Map<string, Extract<Fact, { kind: 'secret' }>>();
  #kept: Buffer | undefined;
  #scan: SecretScan | undefined;
  #state: 'new' | 'reading' | 'over' = 'new';
  #full = false;
  #notInspected: readonly string[] = [];

  constructor(scanner: SecretScanner, file: FileEntry) {
    this.#scanner = scanner;
    this.#file = file;
  }

  write(chunk: Buffer): boolean {
    if (chunk.length === 0) return this.#state !== 'over';
    if (this.#state === 'new') this.#state = isBinary(chunk) ? 'over' : 'reading';
    if (this.#state === 'over') return false;
    if (this.#scan === undefined && this.#keep(chunk)) return true;
    this.#scan ??= this.#scanner.open();
    if (this.#kept !== undefined) {
      this.#feed(this.#scan, this.#kept);
      this.#kept = undefined;
    }
    this.#feed(this.#scan, chunk);
    return !this.#full;
  }

  end(complete: boolean): ReadResult {
    if (this.#scan !== undefined) this.#finish(this.#scan.end());
    else if (this.#kept !== undefined) this.#scanWhole(this.#kept);
    const gaps: Gap[] = [];
    if (this.#full) gaps.push(this.#gap('limit', `more than ${MAX_SECRETS_PER_FILE} secrets`));
    if (this.#notInspected.length > 0) {
      gaps.push(this.#gap('limit', `not all that is encoded in it was looked into: ${this.#notInspected.join(', ')}`));
    }
    // A pipeline also ends a reading early that wants no more.
    if (!complete && this.#state === 'reading' && !this.#full) gaps.push(this.#gap('unreadable', 'the file broke off'));
    return { facts: [...this.#facts.values()], gaps };
  }

  /** Keeps a small file whole; false once it is none. */
  #keep(chunk: Buffer): boolean {
    const held = this.#kept?.length ?? 0;
    if (held + chunk.length > WHOLE_FILE_BYTES) return false;
    // The chunk is only valid during the call.
    this.#kept = this.#kept === undefined ? Buffer.from(chunk) : Buffer.concat([this.#kept, chunk]);
    return true;
  }

  #scanWhole(text: Buffer): void {
    this.#lines.add(text);
    const said = this.#scanner.scan([text])[0];
    if (said !== undefined) this.#finish(said);
  }

  #feed(scan: SecretScan, bytes: Buffer): void {
    this.#lines.add(bytes);
    this.#take(scan.scan(bytes));
  }

  #finish({ findings, notInspected }: ScannedForSecrets): void {
    this.#take(findings);
    this.#notInspected = Object.keys(notInspected);
  }

  #take(found: readonly FoundSecret[]): void {
    for (const { detector, masked, confidence, offset, knownTest } of found) {
      if (knownTest) continue;
      const secret = { detector, line: this.#lines.lineAt(offset), masked, confidence };
      const key = `${detector}\0${secret.line}\0${masked}`;
      if (this.#facts.has(key)) continue;
      this.#full ||= this.#facts.size === MAX_SECRETS_PER_FILE;
      if (!this.#full) this.#facts.set(key, { kind: 'secret', secret });
    }
  }

  #gap(code: Gap['code'], message: string): Gap {
    return { code, message, path: this.#file.path, reader: READER_ID };
  }
}
