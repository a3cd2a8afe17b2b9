import type { WorkloadGroup } from '@bulkhead/core';
import type { FlowDirection, NetworkRule, NetworkRuleSet } from './rule-set.ts';

/** Something that every workload of a cluster lives by and that rules may cut without anybody noticing at once. */
interface Lifeline {
  readonly name: string;
  readonly direction: FlowDirection;
  readonly override: 'allowCuttingDns' | 'allowCuttingProbes';
  readonly fix: string;
  /** Whether workloads of a group have it at all. */
  readonly concerns: (group: WorkloadGroup) => boolean;
  /** Whether a rule that allows gives enough of it for the workload to live. */
  readonly opens: (rule: NetworkRule) => boolean;
  /** Whether a rule that denies leaves nothing of it. */
  readonly closes: (rule: NetworkRule) => boolean;
}

const DNS_PORT = 53;

const LIFELINES: readonly Lifeline[] = [
  {
    name: 'look-ups of names',
    direction: 'egress',
    override: 'allowCuttingDns',
    fix: 'allow ports ["53/udp", 53]',
    concerns: () => true,
    opens: isAboutDns,
    closes: (rule) => isAboutDns(rule) && namesAnybody(rule),
  },
  {
    name: "the kubelet's probes",
    direction: 'ingress',
    override: 'allowCuttingProbes',
    fix: 'allow the peer "@node"',
    // What is selected as a network namespace is no pod: nothing probes it.
    concerns: ({ selector }) => selector.netns === undefined,
    opens: namesNode,
    closes: (rule) => namesNode(rule) && rule.ports === undefined && rule.applications === undefined,
  },
];

/** A lifeline that a rule set takes from the workloads of a group in `protect`. */
export interface CutLifeline {
  readonly ruleSet: NetworkRuleSet;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What would be cut, for every rule set that takes part in it and does not say that it is meant. */
export function cutLifelines(
  groups: readonly WorkloadGroup[],
  ruleSets: readonly NetworkRuleSet[],
): readonly CutLifeline[] {
  const cuts = new Map<string, CutLifeline>();
  for (const group of groups) {
    if (group.mode !== 'protect') continue;
    for (const lifeline of LIFELINES) {
      if (!lifeline.concerns(group)) continue;
      for (const cut of cutFor(group, lifeline, ruleSets)) {
        const key = `${cut.ruleSet.name} ${lifeline.name} ${cut.path.join('.')}`;
        if (!cuts.has(key)) cuts.set(key, cut);
      }
    }
  }
  return [...cuts.values()];
}

function cutFor(group: WorkloadGroup, lifeline: Lifeline, ruleSets: readonly NetworkRuleSet[]): readonly CutLifeline[] {
  const { direction, override } = lifeline;
  const speaking = ruleSets.filter((set) => set.groups.includes(group.name) && set[direction] !== undefined);
  if (speaking.some((set) => set[override])) return [];
  const said = speaking.map((ruleSet) => ({ ruleSet, ...firstWord(ruleSet[direction] ?? [], lifeline) }));
  const closed = said.filter(({ word }) => word === 'closes');
  if (closed.length === 0 && said.some(({ word }) => word === 'opens')) return [];
  const message =
    `would cut ${lifeline.name} of the workloads of group ${JSON.stringify(group.name)}, which is in protect: ` +
    `${lifeline.fix}, or set spec.${override}: true`;
  return (closed.length > 0 ? closed : said).map(({ ruleSet, index }) => ({
    ruleSet,
    path: ['spec', direction, ...(index === undefined ? [] : [index])],
    message,
  }));
}

function firstWord(
  rules: readonly NetworkRule[],
  { opens, closes }: Lifeline,
): { readonly word: 'opens' | 'closes' | 'silent'; readonly index?: number } {
  for (const [index, rule] of rules.entries()) {
    if (rule.action === 'allow' && opens(rule)) return { word: 'opens' };
    if (rule.action === 'deny' && closes(rule)) return { word: 'closes', index };
  }
  return { word: 'silent' };
}

function isAboutDns({ ports, applications }: NetworkRule): boolean {
  const isPort = ports?.some(
    (range) =>
      range.protocol === 'udp' &&
      (range.ports === undefined || (range.ports.first <= DNS_PORT && DNS_PORT <= range.ports.last)),
  );
  return (isPort ?? true) && (applications?.includes('dns') ?? true);
}

function namesAnybody({ peers }: NetworkRule): boolean {
  return peers === undefined || peers.some((peer) => peer.kind === 'prefix' && peer.prefix.endsWith('/0'));
}

/** A prefix may hold the node's addresses or not: only one that holds every address surely does. */
function namesNode(rule: NetworkRule): boolean {
  return namesAnybody(rule) || rule.peers?.some((peer) => peer.kind === 'node') === true;
}
