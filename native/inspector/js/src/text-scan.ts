import type { ScannedText, TextFinding } from './event.ts';
import { readTexts } from './event-record.ts';
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
  scan(bytes: Uint8Array): readonly TextFinding[] {
    return this.#read(native().writeTextScan(this.#scan, bytes)).findings;
  }

  /** The text is over: what touched its end is judged. Nothing may be scanned afterwards. */
  end(): ScannedText {
    return this.#read(native().endTextScan(this.#scan));
  }

  #read(batch: ArrayBuffer): ScannedText {
    return readTexts(batch, 1, this.#program)[0] ?? NOTHING;
  }
}

const NOTHING: ScannedText = { findings: [], notInspected: {} };

/** Finds sensitive data in one whole text. */
export function scanBytes(program: Program, bytes: Uint8Array): ScannedText {
  return scanTexts(program, [bytes])[0] ?? NOTHING;
}

/** Finds sensitive data in many whole texts with one call of the addon; what is said of each, in their order. */
export function scanTexts(program: Program, texts: readonly Uint8Array[]): ScannedText[] {
  return readTexts(native().scanTexts(program.handle, texts), texts.length, program);
}
