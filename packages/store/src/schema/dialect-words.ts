/** Where the databases differ. */
export interface DialectWords {
  /** An ascending number that is never given twice. */
  readonly id: string;
  /** As `id`, for what comes in thousands a second. */
  readonly bigId: string;
  /** A whole number as large as JavaScript has them. */
  readonly big: string;
  /** Text that is sorted by: byte by byte, whatever the language of the server. */
  readonly sorted: string;
  readonly bytes: string;
  /** Has a column of numbers, and what gives them, hold numbers as large as `big` does. */
  readonly widened: (table: string, column: string) => readonly string[];
  /** Ends a table whose primary key is all it is searched by. */
  readonly keyed: string;
}
