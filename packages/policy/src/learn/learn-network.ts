import { API_VERSION, formatCount, type WorkloadGroup } from '@bulkhead/core';
import type { PolicyDocument } from '../compile/snapshot.ts';
import { parseNetworkRuleSet } from '../network/kind.ts';
import { cutLifelines } from '../network/lifelines.ts';
import { FLOW_DIRECTIONS, type FlowDirection, type NetworkRuleSet } from '../network/rule-set.ts';
import { besideNotes } from './beside.ts';
import { learntName } from './document-name.ts';
import type { LearntEnd, LearntFlow, LearntWorkload } from './flow.ts';
import { GroupRecord } from './group-record.ts';
import type { LearningNote, LearntDocuments } from './learnt.ts';
import { PeerNames, workloadsOf } from './peer-names.ts';
import { minuteOf } from './span.ts';
import { finished, mapped, type Steps } from './steps.ts';
import { wantedGroups } from './wanted-groups.ts';
import { type Evidence, type WrittenRules, writeRules } from './write-rules.ts';

/** What a person can still review; also what one rule takes. */
export const MAX_ADDRESSES = 256;

export interface LearningInput {
  /** All groups of the policy. */
  readonly groups: readonly WorkloadGroup[];
  /** Those in force. */
  readonly ruleSets: readonly NetworkRuleSet[];
  readonly flows: readonly LearntFlow[];
  /**
   * All workloads that are known: the group that selects the fewest of them names a peer. Absent: those of the flows, so that names
   * may be others where other flows are learnt from.
   */
  readonly workloads?: readonly LearntWorkload[];
  /** Names of groups to learn for. Absent: all that are not in `protect`. */
  readonly asked?: readonly string[];
  /** How many addresses a port may have before it is open to all of them. */
  readonly maxAddresses?: number;
  /** Whether rules say what may be spoken. Absent: yes. */
  readonly applications?: boolean;
}

/**
 * Writes rules that allow what was seen of some groups, and nothing else. Flows that were denied are never learnt. Both
 * directions are closed where workloads of a group were watched at all, also one in which nothing was seen.
 *
 * The same flows, in whatever order, give the same documents.
 */
export function learnNetwork(input: LearningInput): LearntDocuments {
  return finished(learnInSteps(input));
}

/** The same in steps, for who has others to answer meanwhile: seconds pass over some ten thousands of flows. */
export function* learnInSteps(input: LearningInput): Steps<LearntDocuments> {
  const { groups, flows, ruleSets, asked, maxAddresses = MAX_ADDRESSES, applications = true } = input;
  const wanted = wantedGroups(groups, asked);
  const records = new Map(wanted.map(({ name }) => [name, new GroupRecord(applications)]));
  const concerned = flows.filter(({ client, server }) =>
    [client, server].some((end) => groupsOf(end, records).length > 0),
  );
  yield;
  const names = new PeerNames(groups, concerned, input.workloads ?? workloadsOf(flows));
  yield* mapped(concerned, (flow) => {
    for (const direction of FLOW_DIRECTIONS) {
      const own = direction === 'ingress' ? flow.server : flow.client;
      for (const group of groupsOf(own, records)) {
        records.get(group)?.add(flow, direction, names);
      }
    }
  });

  const learnt: LearntDocuments[] = [];
  for (const group of wanted) {
    yield;
    const record = records.get(group.name) ?? new GroupRecord(applications);
    learnt.push(yield* learnGroup(group, record, ruleSets, maxAddresses));
  }
  return {
    documents: [...learnt.flatMap(({ documents }) => documents), ...names.proposed()],
    notes: [...learnt.flatMap(({ notes }) => notes), ...names.notes()],
  };
}

function groupsOf(end: LearntEnd, records: ReadonlyMap<string, unknown>): readonly string[] {
  if (end.kind !== 'workload') return [];
  return [...new Set([...end.groups, ...(end.partly ?? [])])].filter((name) => records.has(name));
}

function* learnGroup(
  group: WorkloadGroup,
  record: GroupRecord,
  ruleSets: readonly NetworkRuleSet[],
  maxAddresses: number,
): Steps<LearntDocuments> {
  const { name } = group;
  const notes: LearningNote[] = [];
  const say = (kind: LearningNote['kind'], text: string): void => void notes.push({ kind, group: name, text });
  if (!record.isWatched) {
    say('warning', 'nothing is learnt: no agent told of flows of its own workloads');
    return { documents: [], notes };
  }
  const written: (WrittenRules & { readonly direction: FlowDirection })[] = [];
  for (const direction of FLOW_DIRECTIONS) {
    const seen = record.seenIn(direction);
    yield;
    written.push({ direction, ...(yield* writeRules(seen, direction, maxAddresses)) });
  }
  const rulesOf = (direction: FlowDirection): readonly Evidence[] =>
    written.find((one) => one.direction === direction)?.rules ?? [];
  const document = ruleSetDocument(group, record.span, rulesOf);

  for (const text of record.warnings()) say('warning', text);
  for (const { direction, rules } of written)
    if (rules.length === 0) say('note', `${direction}: nothing was seen, so that it is closed as a whole`);
  for (const { notes: own } of written) for (const text of own) say('note', text);
  for (const text of overridesOf(document)) say('note', text);
  for (const text of record.notes()) say('note', text);
  for (const text of besideNotes('rule set', name, ruleSets)) say('note', text);

  const head = [record.summary(), ...notes.map(({ kind, text }) => (kind === 'warning' ? `Warning: ${text}` : text))];
  const comments = written.flatMap(({ direction, rules }) =>
    rules.map(({ sessions, lastSeen }, index) => ({
      path: ['spec', direction, index],
      text: lastSeen === '' ? 'not seen' : `${formatCount(sessions, 'session')}, the last ${minuteOf(lastSeen)}`,
    })),
  );
  return { documents: [{ document, head, comments }], notes };
}

function ruleSetDocument(
  group: WorkloadGroup,
  span: string,
  rulesOf: (direction: FlowDirection) => readonly Evidence[],
): PolicyDocument {
  const [ingress, egress] = [rulesOf('ingress'), rulesOf('egress')].map((all) => all.map(({ rule }) => rule));
  const written = {
    apiVersion: API_VERSION,
    kind: 'NetworkRuleSet',
    metadata: { name: learntName(group.name) },
    spec: { description: `Learnt from flows that were seen ${span}.`, groups: [group.name], ingress, egress },
  };
  const overrides = lifelinesCut(group, written);
  return { ...written, spec: { ...written.spec, ...Object.fromEntries(overrides.map((key) => [key, true])) } };
}

const OVERRIDES = { ingress: 'allowCuttingProbes', egress: 'allowCuttingDns' } as const;

/** What the policy has to say is meant, once the group is in `protect`: that nobody was seen to use a lifeline. */
function lifelinesCut(group: WorkloadGroup, written: PolicyDocument): readonly (keyof NetworkRuleSet)[] {
  const parsed = parseNetworkRuleSet(written);
  if (!parsed.ok) return [];
  const cuts = cutLifelines([{ ...group, mode: 'protect' }], [parsed.value]);
  return FLOW_DIRECTIONS.filter((direction) => cuts.some(({ path }) => path[1] === direction)).map(
    (direction) => OVERRIDES[direction],
  );
}

function overridesOf({ spec }: PolicyDocument): readonly string[] {
  const { allowCuttingDns, allowCuttingProbes } = spec as Partial<NetworkRuleSet>;
  return [
    ...(allowCuttingDns === true
      ? ['no look-ups of names were seen over UDP: allowCuttingDns says that none is meant']
      : []),
    ...(allowCuttingProbes === true
      ? ["none of the kubelet's probes were seen: allowCuttingProbes says that none is meant"]
      : []),
  ];
}
