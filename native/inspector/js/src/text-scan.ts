import type { TextFinding } from './event.ts';
import { readFindingsByText, readTextFindings } from './event-record.ts';
import { native, type TextScanHandle } from './native.ts';
import type { Program } from './program.ts';

/**
 * Finds sensitive data in one text, given in pieces of any size: how it is cut does not change what is found.
 * Memory does not grow with the text.
 */
export class Scanner {
  readonly #program: Program;
  readonly #scan: TextScanHandle;

  constructor(program: Program) {
    this.#program = program;
    this.#scan = native().startTextScan(program.handle);
  }

  /** Takes the next piece; the findings that it completes. */
  scan(bytes: Uint8Array): TextFinding[] {
    return readTextFindings(native().writeTextScan(this.#scan, bytes), this.#program);
  }

  /** The text is over: what touched its end is judged. Nothing may be scanned afterwards. */
  end(): TextFinding[] {
    return readTextFindings(native().endTextScan(this.#scan), this.#program);
  }
}

/** Finds sensitive data in one whole text. */
export function scanBytes(program: Program, bytes: Uint8Array): TextFinding[] {
  return scanTexts(program, [bytes])[0] ?? [];
}

/** Finds sensitive data in many whole texts with one call of the addon; the findings of each, in their order. */
export function scanTexts(program: Program, texts: readonly Uint8Array[]): TextFinding[][] {
  return readFindingsByText(native().scanTexts(program.handle, texts), texts.length, program);
}
