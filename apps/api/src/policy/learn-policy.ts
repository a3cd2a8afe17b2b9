import {
  diffPolicies,
  formatProblem,
  type LearntFlow,
  type LearntNetwork,
  learnInSteps,
  type PolicyDifference,
  readPolicy,
  snapshotSources,
  withLearnt,
} from '@bulkhead/policy';
import type { Store } from '@bulkhead/store';
import { allWorkloads } from '../agent/all-workloads.ts';
import { inTurns } from './in-turns.ts';
import { KnownEnds } from './known-ends.ts';
import { LANGUAGE } from './language.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** Flows that one answer is learnt from: so many take seconds, in which others have their turns. */
export const MAX_LEARNT_FLOWS = 100_000;
/** Flows that are read at once: of some hundred bytes each. */
const PORTION = 2_000;
/** Workloads that are gone are far fewer than their flows. */
const MAX_GONE = 100_000;

export interface Learning {
  /** Names of groups. Absent: all that are not in `protect`. */
  readonly groups?: readonly string[] | undefined;
  /** Only flows that were seen at or after. */
  readonly since?: string | undefined;
  readonly applications: boolean;
  readonly maxAddresses: number;
}

/** What was learnt, and what applying it would change. */
export interface LearntPolicy extends LearntNetwork {
  readonly changes: readonly PolicyDifference[];
}

/** Learns from the flows that are kept. Nothing where they are too many at once. */
export async function learnPolicy(
  store: Pick<Store, 'flows' | 'workloads'>,
  { policy, documents }: Pick<PolicyInForce, 'policy' | 'documents'>,
  { groups, since = '', applications, maxAddresses }: Learning,
): Promise<LearntPolicy | undefined> {
  const told = await store.flows.groups(MAX_GONE);
  const ends = await inTurns(KnownEnds.of(await allWorkloads(store.workloads), told, policy.groups));
  const asked = new Set(groups ?? policy.groups.filter(({ mode }) => mode !== 'protect').map(({ name }) => name));
  const flows: LearntFlow[] = [];
  for (let after = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- each portion begins where the one before ended
    const portion = await store.flows.inOrder(after, since, PORTION);
    for (const { id: _, bytes: _bytes, ...flow } of portion) {
      const learnt = { ...flow, client: ends.find(flow.client), server: ends.find(flow.server) };
      if (concerns(learnt, asked)) flows.push(learnt);
    }
    if (flows.length > MAX_LEARNT_FLOWS) return undefined;
    if (portion.length < PORTION) break;
    after = portion.at(-1)?.id ?? after;
  }
  const learnt = await inTurns(
    learnInSteps({
      groups: policy.groups,
      ruleSets: policy.network,
      flows,
      workloads: ends.workloads,
      asked: [...asked],
      applications,
      maxAddresses,
    }),
  );
  const outcome = readPolicy(snapshotSources({ documents: withLearnt(documents, learnt.documents) }), LANGUAGE);
  if (outcome.ok) return { ...learnt, changes: diffPolicies(policy, outcome.policy) };
  const refusals = outcome.problems.map((problem) => ({ kind: 'warning' as const, text: formatProblem(problem) }));
  return { ...learnt, notes: [...learnt.notes, ...refusals], changes: [] };
}

function concerns({ client, server }: LearntFlow, asked: ReadonlySet<string>): boolean {
  return [client, server].some(
    (end) => end.kind === 'workload' && [...end.groups, ...(end.partly ?? [])].some((name) => asked.has(name)),
  );
}
