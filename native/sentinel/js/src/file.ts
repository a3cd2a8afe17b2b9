/** A file that was written in a container, or that it was asked to write. */
export interface CountedFile {
  /** As the container sees it, when it was read. Of a folder without `/` at its end. */
  readonly path: string;
  /** Any file below the path: so many were written there that they are counted as one. */
  readonly folder?: true;
  /** The program that wrote; absent where that could not be told any more. */
  readonly executable?: string;
  /** What the rules of the container made of it. */
  readonly verdict: 'allow' | 'alert' | 'block';
  readonly count: number;
}

/** What was written in one container since it was last asked for. */
export interface ContainerFiles {
  /** Of the container, as it was given to `watch`. */
  readonly id: string;
  /** At most 512. */
  readonly files: readonly CountedFile[];
  /** Files that were written and are none of these: there were too many, or they had no name that can be told. */
  readonly notCounted: number;
}
