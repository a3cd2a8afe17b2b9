import type { Random } from '../../capture/random.ts';
import type { Datum } from '../datum/datum.ts';

/** What a client or server is given to carry. */
export interface Document {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The datum as it stands in `bytes`, last digit included; nothing where an encoding hides it. */
  readonly needle?: Buffer;
}

/** A way to write a datum down. */
export interface DocumentKind {
  readonly name: string;
  /** `plain` is text that a person would read as it is; everything else is `encoded`. */
  readonly group: 'plain' | 'encoded';
  /** Whether the kind is only about payment cards: their printed groups, or their digits alone. */
  readonly cardsOnly?: boolean;
  write(datum: Datum, random: Random): Document;
}

/** A text document whose needle is the value as written. */
export function textDocument(contentType: string, text: string, written: string): Document {
  return { contentType, bytes: Buffer.from(text), needle: Buffer.from(written) };
}
