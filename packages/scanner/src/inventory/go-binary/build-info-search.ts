/** What the linker writes before the build information: 14 bytes, then pointer size and flags, 32 bytes in all. */
const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const HEADER = 32;
const ALIGNMENT = 16;
/** Since Go 1.18 the two texts follow the header; before it has pointers to them. */
const INLINE = 2;
/** The list of modules stands between these, which is how it is found where only a pointer leads to it. */
const MODULES_START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const MODULES_END = Buffer.from('f932433186182072008242104116d8f2', 'hex');
const SENTINEL = 16;

const MAX_VERSION = 256;
/** Kubernetes has some 20 KiB of modules. */
const MAX_MODULES = 8 * 1024 * 1024;

export interface BuildInfo {
  /** `go1.22.1`; absent where only a pointer leads to it. */
  readonly version?: string;
  /** Lines of `path`, `mod`, `dep`, `=>` and `build`. */
  readonly modules: string;
}

/** Finds Go's build information in a file that is written piece by piece. Holds at most the information itself. */
export class BuildInfoSearch {
  /** Bytes seen that may belong to something that is not complete. */
  #pending: Buffer = Buffer.alloc(0);
  /** Offset in the file of the first pending byte. */
  #offset = 0;
  #found: BuildInfo | undefined;
  #hasPointers = false;
  #modules: string | undefined;
  /** A list that does not end is looked for once: every further beginning would be searched to its end again. */
  #seeksList = true;
  /** Whether pending bytes begin something that was recognised. */
  isOpen = false;

  /** False when all is known and the rest of the file is not needed. */
  write(chunk: Buffer): boolean {
    if (this.#found !== undefined) return false;
    // While something is open the pieces are gathered; otherwise only what a magic could begin in is kept.
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#search();
    if (this.#found !== undefined) return false;
    this.#pending = Buffer.from(this.#pending);
    return true;
  }

  end(): BuildInfo | undefined {
    if (this.#found !== undefined) return this.#found;
    return this.#hasPointers ? { modules: this.#modules ?? '' } : undefined;
  }

  #search(): void {
    this.isOpen = false;
    let at = 0;
    while (at < this.#pending.length) {
      const magic = this.#pending.indexOf(MAGIC, at);
      const list = this.#seeksList ? this.#pending.indexOf(MODULES_START, at) : -1;
      const next = magic === -1 ? list : list === -1 ? magic : Math.min(magic, list);
      if (next === -1) break;
      const used = next === magic ? this.#header(next) : this.#list(next);
      if (this.#found !== undefined) return;
      if (used === 'more') {
        this.isOpen = true;
        this.#keepFrom(next);
        return;
      }
      at = next + used;
    }
    this.#keepFrom(Math.max(at, this.#pending.length - SENTINEL + 1));
  }

  #keepFrom(start: number): void {
    const kept = Math.min(start, this.#pending.length);
    this.#offset += kept;
    this.#pending = this.#pending.subarray(kept);
  }

  /** How many bytes the header and its texts take, or `more` where they are not there yet. */
  #header(start: number): number | 'more' {
    // The same bytes stand unaligned in programs that look for them.
    if ((this.#offset + start) % ALIGNMENT !== 0) return MAGIC.length;
    if (this.#pending.length < start + HEADER) return 'more';
    const flags = this.#pending[start + 15] ?? 0;
    if ((flags & INLINE) === 0) {
      const pointerSize = this.#pending[start + 14];
      if (pointerSize === 4 || pointerSize === 8) this.#hasPointers = true;
      return MAGIC.length;
    }
    const version = this.#text(start + HEADER, MAX_VERSION);
    if (typeof version !== 'object') return version ?? MAGIC.length;
    if (!/^(?:devel )?go\d/.test(version.bytes.toString('latin1'))) return MAGIC.length;
    const modules = this.#text(version.end, MAX_MODULES);
    if (typeof modules !== 'object') return modules ?? MAGIC.length;
    this.#found = { version: version.bytes.toString(), modules: withoutSentinels(modules.bytes) };
    return modules.end - start;
  }

  /** A text with its length in front, as an unsigned LEB128 number. Undefined where it is longer than it may be. */
  #text(start: number, limit: number): { readonly bytes: Buffer; readonly end: number } | 'more' | undefined {
    let length = 0;
    for (let index = 0; index < 4; index += 1) {
      const byte = this.#pending[start + index];
      if (byte === undefined) return 'more';
      length += (byte & 0x7f) * 128 ** index;
      if (byte >= 0x80) continue;
      if (length > limit) return undefined;
      const first = start + index + 1;
      if (this.#pending.length < first + length) return 'more';
      return { bytes: this.#pending.subarray(first, first + length), end: first + length };
    }
    return undefined;
  }

  #list(start: number): number | 'more' {
    const end = this.#pending.indexOf(MODULES_END, start + SENTINEL);
    if (end === -1 && this.#pending.length - start <= MAX_MODULES) return 'more';
    this.#seeksList = false;
    if (end === -1 || end - start > MAX_MODULES) return SENTINEL;
    this.#modules = this.#pending.toString('utf8', start + SENTINEL, end);
    return end - start;
  }
}

function withoutSentinels(bytes: Buffer): string {
  const isFramed = bytes.length >= 2 * SENTINEL && bytes.subarray(0, SENTINEL).equals(MODULES_START);
  return isFramed ? bytes.toString('utf8', SENTINEL, bytes.length - SENTINEL) : bytes.toString('utf8');
}
