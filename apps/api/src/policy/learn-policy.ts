import type { ContainerFilter, ContainerStore, ContainerSum } from '@bulkhead/control-plane';
import {
  diffPolicies,
  formatProblem,
  type LearntDocuments,
  type LearntFlow,
  type LearntKind,
  learnFilesInSteps,
  learnInSteps,
  learnProgramsInSteps,
  type PolicyDifference,
  readPolicyInSteps,
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
/** Programs, and files, likewise. */
export const MAX_LEARNT_USES = 100_000;
/** So many have some hundred characters each; who means ill has paths of thousands. */
const MAX_LEARNT_MIB = 64;
/** Flows, programs or files that are read at once. */
const PORTION = 2_000;
/** Workloads that are gone are far fewer than their flows. */
const MAX_GONE = 100_000;

export interface Learning {
  /** Names of groups. Absent: all that are not in `protect`. */
  readonly groups?: readonly string[] | undefined;
  /** What to learn. */
  readonly kinds: ReadonlySet<LearntKind>;
  /** Only from what was seen at or after. */
  readonly since?: string | undefined;
  readonly applications: boolean;
  readonly maxAddresses: number;
}

/** What was learnt, and what applying it would change. */
export interface LearntPolicy extends LearntDocuments {
  readonly changes: readonly PolicyDifference[];
}

type Kept = Pick<Store, 'flows' | 'programs' | 'files' | 'workloads'>;

/** Of what there is too much to learn from at once. */
export type TooMuch = { readonly tooMany: string };

/** Learns from the flows, programs and files that are kept. */
export async function learnPolicy(
  store: Kept,
  { policy, documents }: Pick<PolicyInForce, 'policy' | 'documents'>,
  { groups, kinds, since = '', applications, maxAddresses }: Learning,
): Promise<LearntPolicy | TooMuch> {
  const told = await store.flows.groups(MAX_GONE);
  const ends = await inTurns(KnownEnds.of(await allWorkloads(store.workloads), told, policy.groups));
  const asked = groups ?? policy.groups.filter(({ mode }) => mode !== 'protect').map(({ name }) => name);
  const learnt: LearntDocuments[] = [];
  if (kinds.has('network')) {
    const flows = await flowsOf(store, ends, new Set(asked), since);
    if (flows === undefined) return { tooMany: `${MAX_LEARNT_FLOWS} flows` };
    const input = { groups: policy.groups, ruleSets: policy.network, flows, workloads: ends.workloads, asked };
    learnt.push(await inTurns(learnInSteps({ ...input, applications, maxAddresses })));
  }
  if (kinds.has('programs')) {
    const programs = await usesOf(store.programs, ends, new Set(asked), since);
    if (programs === undefined) return { tooMany: tooMany('programs') };
    const input = { groups: policy.groups, policies: policy.processes, uses: programs, asked };
    learnt.push(await inTurns(learnProgramsInSteps(input)));
  }
  if (kinds.has('files')) {
    const files = await usesOf(store.files, ends, new Set(asked), since);
    if (files === undefined) return { tooMany: tooMany('files') };
    const input = { groups: policy.groups, policies: policy.files, uses: files, asked };
    learnt.push(await inTurns(learnFilesInSteps(input)));
  }
  const all = { documents: learnt.flatMap((one) => one.documents), notes: learnt.flatMap(({ notes }) => notes) };
  const sources = snapshotSources({ documents: withLearnt(documents, all.documents) });
  const outcome = await inTurns(readPolicyInSteps(sources, LANGUAGE));
  if (outcome.ok) return { ...all, changes: diffPolicies(policy, outcome.policy) };
  const refusals = outcome.problems.map((problem) => ({ kind: 'warning' as const, text: formatProblem(problem) }));
  return { ...all, notes: [...all.notes, ...refusals], changes: [] };
}

/** The flows of some groups; nothing where they are too many at once. */
async function flowsOf(
  store: Kept,
  ends: KnownEnds,
  asked: ReadonlySet<string>,
  since: string,
): Promise<readonly LearntFlow[] | undefined> {
  const flows: LearntFlow[] = [];
  for (let after = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- each portion begins where the one before ended
    const portion = await store.flows.inOrder(after, since, PORTION);
    for (const { id: _, bytes: _bytes, ...flow } of portion) {
      const learnt = { ...flow, client: ends.find(flow.client), server: ends.find(flow.server) };
      if (concerns(learnt, asked)) flows.push(learnt);
    }
    if (flows.length > MAX_LEARNT_FLOWS) return undefined;
    if (portion.length < PORTION) return flows;
    after = portion.at(-1)?.id ?? after;
  }
}

function tooMany(what: string): string {
  return `${MAX_LEARNT_USES} ${what}, or ${MAX_LEARNT_MIB} MiB of them`;
}

/** What containers of some groups did; nothing where it is too much at once. */
async function usesOf<Sum extends ContainerSum>(
  store: Pick<ContainerStore<ContainerFilter, Sum>, 'inOrder'>,
  ends: KnownEnds,
  asked: ReadonlySet<string>,
  since: string,
): Promise<readonly Omit<Sum, 'id'>[] | undefined> {
  const uses: Omit<Sum, 'id'>[] = [];
  let characters = 0;
  for (let after = 0; ; ) {
    // oxlint-disable-next-line no-await-in-loop -- each portion begins where the one before ended
    const portion = await store.inOrder(after, since, PORTION);
    for (const { id: _, ...use } of portion) {
      const groups = ends.groupsOf(use);
      if (!groups.some((name) => asked.has(name))) continue;
      uses.push({ ...use, groups });
      characters += JSON.stringify(use).length;
    }
    if (uses.length > MAX_LEARNT_USES || characters > MAX_LEARNT_MIB * 2 ** 20) return undefined;
    if (portion.length < PORTION) return uses;
    after = portion.at(-1)?.id ?? after;
  }
}

function concerns({ client, server }: LearntFlow, asked: ReadonlySet<string>): boolean {
  return [client, server].some(
    (end) => end.kind === 'workload' && [...end.groups, ...(end.partly ?? [])].some((name) => asked.has(name)),
  );
}
