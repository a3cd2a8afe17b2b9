import type { Enforcement } from '@bulkhead/rpc';

/** One answer a workload: it is held to its policy where all that concerns it is in force. */
export function joinEnforcement(parts: readonly Enforcement[]): readonly Enforcement[] {
  return [...Map.groupBy(parts, ({ workloadId }) => workloadId)].map(([workloadId, ofIt]) => {
    const problems = ofIt.flatMap(({ enforced, problem }) => (enforced ? [] : [problem ?? 'unknown']));
    return {
      workloadId,
      enforced: problems.length === 0,
      problem: problems.length === 0 ? undefined : problems.join('; '),
    };
  });
}
