import { InspectorError, typed } from './error.ts';
import { NORMALISATIONS } from './names.ts';
import { type ExactDataBuilderHandle, native } from './native.ts';

/** Bytes of a key. */
export const EXACT_KEY_BYTES = 16;
/** Bounds of a set (`exact_data.hpp`). */
export const MAX_EXACT_COLUMNS = 16;
export const MAX_EXACT_NAME_BYTES = 47;

/** How a column's values are made comparable: their digits, their words in lower case, their words as they are. */
export type Normalisation = (typeof NORMALISATIONS)[number];

export interface ExactColumn {
  readonly name: string;
  readonly normalisation: Normalisation;
}

export interface BuiltExactData {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly values: number;
  /** Cells that were left out: without a character that counts, too short, or too long. */
  readonly empty: number;
  readonly tooShort: number;
  readonly tooLong: number;
  /** Values that were left out since too many rows share them. */
  readonly shared: number;
}

/** Makes a set for exact data match. Values are hashed as they come; none is kept. */
export class ExactDataBuilder {
  readonly #builder: ExactDataBuilderHandle;

  constructor(columns: readonly ExactColumn[], key: Uint8Array) {
    if (key.length !== EXACT_KEY_BYTES) {
      throw new InspectorError('INVALID_PROGRAM', `a key has ${EXACT_KEY_BYTES} bytes, not ${key.length}`);
    }
    if (columns.length === 0 || columns.length > MAX_EXACT_COLUMNS) {
      throw new InspectorError('INVALID_PROGRAM', `a set has 1 to ${MAX_EXACT_COLUMNS} columns, not ${columns.length}`);
    }
    const given = columns.map(({ name, normalisation }) => ({
      name,
      normalisation: NORMALISATIONS.indexOf(normalisation),
    }));
    this.#builder = typed(() => native().startExactData(given, key));
  }

  /** Takes rows with a cell for each column. False when there is no room for more values. */
  add(rows: readonly (readonly string[])[]): boolean {
    return native().addExactData(this.#builder, rows);
  }

  /** The set. Nothing may be added afterwards. */
  finish(): BuiltExactData {
    const { bytes, ...counts } = native().finishExactData(this.#builder);
    return { bytes: new Uint8Array(bytes), ...counts };
  }
}
