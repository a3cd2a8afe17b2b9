/** A program that was run in a container. */
export interface CountedProgram {
  /** As the container sees it. */
  readonly path: string;
  /** As the machine counts them; absent where the process had ended before it could be told. */
  readonly user?: number;
  /** Whether its file is one that the image brought, as it brought it; absent where the image's layers are not known. */
  readonly fromImage?: boolean;
  /** What the rules of the container made of it. */
  readonly verdict: 'allow' | 'alert' | 'block';
  readonly count: number;
}

/** What was run in one container since it was last asked for. */
export interface ContainerPrograms {
  /** Of the container, as it was given to `watch`. */
  readonly id: string;
  /** At most 512. */
  readonly programs: readonly CountedProgram[];
  /** Programs that were run and are none of these: there were too many, or they had no name that can be told. */
  readonly notCounted: number;
}
