import type { Policy } from '../policy.ts';
import { type BoundDocuments, boundDocuments } from '../rule/bound.ts';
import { RULE_VERDICTS, type RuleVerdict } from '../rule/judge.ts';
import { contains, readPrefix } from './address.ts';
import { speaksOneOf, UNKNOWN_PROTOCOLS } from './application.ts';
import { matchesDomain } from './domain.ts';
import type { FlowDirection, FlowProtocol, NetworkPeer, NetworkRule, NetworkRuleSet, RuleAction } from './rule-set.ts';

/** Who is at one end of a flow, as far as it is known. */
export interface FlowEnd {
  /** Names of the groups that select it; empty for somebody who is no workload. */
  readonly groups: readonly string[];
  readonly address?: string;
  /** Names that were looked up to reach it. */
  readonly domains?: readonly string[];
  /** Whether it is the node that the workload at the other end runs on. */
  readonly isNode?: boolean;
}

/** A flow from who opens it to who is called. */
export interface Flow {
  readonly client: FlowEnd;
  readonly server: FlowEnd;
  readonly protocol: FlowProtocol;
  /** Of the server. ICMP has none. */
  readonly port?: number;
  /** What the inspector recognised. Unknown before the flow has carried bytes: then nothing is denied for it. */
  readonly application?: string;
}

/** Why a flow is decided as it is. */
export type FlowCause =
  | { readonly kind: 'rule'; readonly direction: FlowDirection; readonly ruleSet: string; readonly rule: string }
  /** No rule allows it in a direction that these rule sets close. */
  | { readonly kind: 'closed'; readonly direction: FlowDirection; readonly ruleSets: readonly string[] }
  /** No rule set speaks of it. */
  | { readonly kind: 'open' };

/** A verdict and its cause. */
export interface FlowDecision {
  readonly verdict: RuleVerdict;
  readonly cause: FlowCause;
}

const OPEN: FlowDecision = { verdict: 'allow', cause: { kind: 'open' } };

/**
 * Decides a flow by the egress rules of who opens it and the ingress rules of who is called: the stricter of both counts.
 * What is denied has the cause that denied it; what is allowed has a rule as its cause where one allowed it.
 */
export function evaluateFlow(flow: Flow, policy: Pick<Policy, 'groups' | 'network'>): FlowDecision {
  const { client, server } = flow;
  const egress = judgeDirection('egress', boundTo(client, policy), server, flow);
  const ingress = judgeDirection('ingress', boundTo(server, policy), client, flow);
  const stricter = RULE_VERDICTS.indexOf(ingress.verdict) - RULE_VERDICTS.indexOf(egress.verdict);
  if (stricter !== 0) return stricter > 0 ? ingress : egress;
  return egress.cause.kind === 'open' ? ingress : egress;
}

/** Decides a flow by the rule sets of one end, in the direction in which that end sees it. `peer` is the other end. */
export function judgeDirection(
  direction: FlowDirection,
  { enforced, tried }: BoundDocuments<NetworkRuleSet>,
  peer: FlowEnd,
  flow: Pick<Flow, 'protocol' | 'port' | 'application'>,
): FlowDecision {
  const hard = hear(direction, enforced, peer, flow);
  if (hard.denied !== undefined) return { verdict: 'deny', cause: hard.denied };
  if (hard.closed !== undefined && hard.allowed === undefined) return { verdict: 'deny', cause: hard.closed };
  const soft = hear(direction, tried, peer, flow);
  if (soft.denied !== undefined) return { verdict: 'alert', cause: soft.denied };
  const allowed = hard.allowed ?? soft.allowed;
  if (soft.closed !== undefined && allowed === undefined) return { verdict: 'alert', cause: soft.closed };
  return allowed === undefined ? OPEN : { verdict: 'allow', cause: allowed };
}

interface Heard {
  readonly denied: FlowCause | undefined;
  readonly allowed: FlowCause | undefined;
  readonly closed: FlowCause | undefined;
}

function hear(
  direction: FlowDirection,
  ruleSets: readonly NetworkRuleSet[],
  peer: FlowEnd,
  flow: Pick<Flow, 'protocol' | 'port' | 'application'>,
): Heard {
  const speaking = ruleSets.filter((set) => set[direction] !== undefined);
  const said = speaking.flatMap((set) => {
    const rule = set[direction]?.find((one) => holds(one, peer, flow, set.unknownApplication));
    if (rule === undefined) return [];
    const cause = { kind: 'rule', direction, ruleSet: set.name, rule: rule.name } as const;
    return [{ action: rule.action, cause }];
  });
  return {
    denied: said.find(({ action }) => action === 'deny')?.cause,
    allowed: said.find(({ action }) => action === 'allow')?.cause,
    closed:
      speaking.length === 0 ? undefined : { kind: 'closed', direction, ruleSets: speaking.map(({ name }) => name) },
  };
}

function boundTo(
  end: FlowEnd,
  { groups, network }: Pick<Policy, 'groups' | 'network'>,
): BoundDocuments<NetworkRuleSet> {
  return boundDocuments(
    groups.filter(({ name }) => end.groups.includes(name)),
    network,
  );
}

/** Whether every criterion of a rule holds for a flow with a peer. */
function holds(
  { action, peers, ports, applications }: NetworkRule,
  peer: FlowEnd,
  { protocol, port, application }: Pick<Flow, 'protocol' | 'port' | 'application'>,
  unknown: RuleAction,
): boolean {
  if (peers !== undefined && !peers.some((one) => isPeer(one, peer))) return false;
  const isPort = ports?.some(
    (range) =>
      range.protocol === protocol &&
      (range.ports === undefined || (port !== undefined && range.ports.first <= port && port <= range.ports.last)),
  );
  if (isPort === false) return false;
  if (applications === undefined) return true;
  if (application === undefined) return action === 'allow';
  const isUnknown = (UNKNOWN_PROTOCOLS as readonly string[]).includes(application);
  return isUnknown ? action === 'allow' && unknown === 'allow' : speaksOneOf(application, applications);
}

function isPeer(wanted: NetworkPeer, { groups, address, domains = [], isNode = false }: FlowEnd): boolean {
  if (wanted.kind === 'group') return groups.includes(wanted.name);
  if (wanted.kind === 'node') return isNode;
  if (wanted.kind === 'domain') return domains.some((name) => matchesDomain(wanted.domain, name));
  const [outer, inner] = [readPrefix(wanted.prefix), address === undefined ? undefined : readPrefix(address)];
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
