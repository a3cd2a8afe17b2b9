/** A made-up sensitive value: valid by its own rules and nobody's. */
export interface Datum {
  /** Id of the detector that has to find it. */
  readonly detector: string;
  /** Digits and letters, without separators unless the number is only written with them. */
  readonly value: string;
  /** A field name that people give such a value. */
  readonly key: string;
}
