import type { RuleVerdict } from '@bulkhead/core';
import type { ContainerFilter, ContainerStore, ContainerSum } from '../container/container.ts';

/** What an agent saw of a file that a container wrote since it last told. */
export interface FileObservation {
  /** Absolute path, as the container sees it. */
  readonly path: string;
  /** It stands for anything in that folder, or in folders within, whose names nobody tells one by one. */
  readonly folder?: true;
  /** The program that wrote it; absent where it could not be told any more, or there were several. */
  readonly executable?: string;
  readonly access: 'write';
  readonly verdict: RuleVerdict;
  /** How often it was written. */
  readonly count: number;
}

/** A file that a container writes, summed up over all its pods. */
export interface File extends ContainerSum, FileObservation {}

export interface FileFilter extends ContainerFilter {
  readonly path?: string | undefined;
}

export interface FileStore extends ContainerStore<FileFilter, File> {
  /**
   * Sums up by folder what a container wrote where it is more than `most` of it, so that names without end leave room for others.
   * Looks at about `limit` rows, and gives how many are left of one that has more; 0 where none has.
   */
  fold(most: number, limit: number): Promise<number>;
}
