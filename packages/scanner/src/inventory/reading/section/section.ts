/** A part of a program file. Offset and size are from the beginning of the file and not checked against its length. */
export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Real programs have some 40, with a section a function (`-ffunction-sections`, not linked) some 100,000. */
export const MAX_SECTIONS = 100_000;
