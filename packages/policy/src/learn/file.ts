import type { LearntUse } from './learnt-use.ts';

/** A file that a container was seen to write, summed up over how often it did. */
export interface LearntFile extends LearntUse {
  /** Absolute path, as the container sees it. */
  readonly path: string;
  /** It stands for anything in that folder and those within. */
  readonly folder?: true;
  /** Who wrote it; absent where nobody knows, or several did. */
  readonly executable?: string;
  readonly access: 'write';
}
