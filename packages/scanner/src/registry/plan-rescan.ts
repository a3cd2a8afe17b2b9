import { EVERY_IMAGE, type PackageKey } from './stored-scan.ts';

export interface DatabaseChange {
  /** The state of the advisory database before it was updated, and after. */
  readonly before: string;
  readonly after: string;
  /** The state that the stored images were last judged by. */
  readonly judgedBy: string | undefined;
  /** Keys whose advisories the update changed. */
  readonly changed: readonly PackageKey[];
  /** Whether it brought the first advisories of an ecosystem: who has its packages never looked them up. */
  readonly newEcosystem: boolean;
}

/** With more keys than this, looking each of them up costs more than judging every image. */
const MAX_CHANGED = 20_000;

/**
 * Says what has to be looked up after an update. An update that somebody else made, or that was made but not followed
 * by its rescan because a process died between them, has changed nobody knows what: then it is every image.
 */
export function planRescan(change: DatabaseChange): readonly PackageKey[] {
  const { before, after, judgedBy, changed, newEcosystem } = change;
  if (judgedBy === after) return [];
  const known = judgedBy === before && !newEcosystem && changed.length <= MAX_CHANGED;
  return known ? changed : [EVERY_IMAGE];
}
