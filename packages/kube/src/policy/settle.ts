import type { PolicyProblem, PolicySource } from '@bulkhead/policy';

/** One generation of a resource, as a document. */
export interface PolicyVersion extends PolicySource {
  readonly generation: number;
}

/** Reads documents together and says everything that is wrong with them; each problem names the file it is in. */
export type CheckPolicies = (sources: readonly PolicySource[]) => readonly PolicyProblem[];

export interface Settled {
  /** What is in force: without problems, in the order of what was given. */
  readonly inForce: readonly PolicyVersion[];
  /** By file, what is wrong with the version that is not in force. */
  readonly problems: ReadonlyMap<string, readonly PolicyProblem[]>;
}

/**
 * What of some documents can be in force together. One that has problems gives way to its last version that had none, or is left out where
 * there is no such version; then the others are looked at again, since they may have referred to it.
 */
export function settle(
  current: readonly PolicyVersion[],
  lastValid: ReadonlyMap<string, PolicyVersion>,
  check: CheckPolicies,
): Settled {
  const chosen = new Map(current.map((version) => [version.file, version]));
  const newest = new Map(chosen);
  const problems = new Map<string, PolicyProblem[]>();
  // Each round takes at least one document back by one step, of which it has two.
  for (let round = 0; round <= 2 * current.length; round += 1) {
    const found = Map.groupBy(check([...chosen.values()]), ({ file }) => file);
    let changed = false;
    for (const [file, list] of found) {
      const version = chosen.get(file);
      if (version === undefined) continue;
      changed = true;
      const fallback = lastValid.get(file);
      if (version === newest.get(file)) {
        problems.set(file, list);
        if (fallback !== undefined && fallback.text !== version.text) {
          chosen.set(file, fallback);
          continue;
        }
      }
      chosen.delete(file);
    }
    if (!changed) break;
  }
  return { inForce: [...chosen.values()], problems };
}
