import { StreamWindow } from '../reading/window.ts';

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

/** Something that begins here and ends beyond what has been seen: not looked at again before so many bytes are there. */
interface Unfinished {
  readonly needed: number;
}

/** Finds Go's build information in a file that is written piece by piece. Holds at most the information itself. */
export class BuildInfoSearch {
  readonly #window = new StreamWindow();
  #needed = 0;
  #found: BuildInfo | undefined;
  #hasPointers = false;
  #modules: string | undefined;
  /** A list that does not end is looked for once: every further beginning would be searched to its end again. */
  #seeksList = true;
  /** How far the open list has been searched for its end. */
  #searched = 0;

  /** False when all is known and the rest of the file is not needed. */
  write(chunk: Buffer): boolean {
    if (this.#found !== undefined) return false;
    this.#window.append(chunk);
    if (this.#window.bytes.length >= this.#needed) this.#search();
    return this.#found === undefined;
  }

  /** Whether something was recognised that ends beyond what was written. */
  get isOpen(): boolean {
    return this.#needed > 0;
  }

  end(): BuildInfo | undefined {
    if (this.#found !== undefined) return this.#found;
    return this.#hasPointers ? { modules: this.#modules ?? '' } : undefined;
  }

  #search(): void {
    const { bytes } = this.#window;
    this.#needed = 0;
    let at = 0;
    while (at < bytes.length) {
      const magic = bytes.indexOf(MAGIC, at);
      const list = this.#seeksList ? bytes.indexOf(MODULES_START, at) : -1;
      const next = magic === -1 ? list : list === -1 ? magic : Math.min(magic, list);
      if (next === -1) break;
      const used = next === magic ? this.#header(bytes, next) : this.#list(bytes, next);
      if (this.#found !== undefined) return;
      if (typeof used === 'object') {
        this.#needed = used.needed - next;
        this.#window.drop(next);
        return;
      }
      at = next + used;
    }
    // What a magic could begin in.
    this.#window.drop(Math.max(at, bytes.length - SENTINEL + 1));
  }

  /** How many bytes the header and its texts take. */
  #header(bytes: Buffer, start: number): number | Unfinished {
    // The same bytes stand unaligned in programs that look for them.
    if ((this.#window.offset + start) % ALIGNMENT !== 0) return MAGIC.length;
    if (bytes.length < start + HEADER) return { needed: start + HEADER };
    const flags = bytes[start + 15] ?? 0;
    if ((flags & INLINE) === 0) {
      const pointerSize = bytes[start + 14];
      if (pointerSize === 4 || pointerSize === 8) this.#hasPointers = true;
      return MAGIC.length;
    }
    const version = textAt(bytes, start + HEADER, MAX_VERSION);
    if (version === undefined || 'needed' in version) return version ?? MAGIC.length;
    if (!/^(?:devel )?go\d/.test(version.text.toString('latin1'))) return MAGIC.length;
    const modules = textAt(bytes, version.end, MAX_MODULES);
    if (modules === undefined || 'needed' in modules) return modules ?? MAGIC.length;
    this.#found = { version: version.text.toString(), modules: withoutSentinels(modules.text) };
    return modules.end - start;
  }

  #list(bytes: Buffer, start: number): number | Unfinished {
    const end = bytes.indexOf(MODULES_END, start + Math.max(SENTINEL, this.#searched));
    if (end === -1 && bytes.length - start <= MAX_MODULES) {
      this.#searched = bytes.length - start - SENTINEL;
      return { needed: bytes.length + 1 };
    }
    this.#seeksList = false;
    if (end === -1 || end - start > MAX_MODULES) return SENTINEL;
    this.#modules = bytes.toString('utf8', start + SENTINEL, end);
    return end - start;
  }
}

/** A text with its length in front, as an unsigned LEB128 number. Undefined where it is longer than it may be. */
function textAt(
  bytes: Buffer,
  start: number,
  limit: number,
): { readonly text: Buffer; readonly end: number } | Unfinished | undefined {
  let length = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return { needed: start + index + 1 };
    length += (byte & 0x7f) * 128 ** index;
    if (byte >= 0x80) continue;
    if (length > limit) return undefined;
    const first = start + index + 1;
    const end = first + length;
    return bytes.length < end ? { needed: end } : { text: bytes.subarray(first, end), end };
  }
  return undefined;
}

function withoutSentinels(bytes: Buffer): string {
  const isFramed = bytes.length >= 2 * SENTINEL && bytes.subarray(0, SENTINEL).equals(MODULES_START);
  return isFramed ? bytes.toString('utf8', SENTINEL, bytes.length - SENTINEL) : bytes.toString('utf8');
}
