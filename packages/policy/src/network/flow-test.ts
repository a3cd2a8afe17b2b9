import { isName } from '@bulkhead/core';
import type { Policy } from '../policy.ts';
import { readPrefix } from './address.ts';
import { evaluateFlow, type Flow, type FlowCause, type FlowDecision, type FlowEnd } from './evaluate.ts';
import { NODE_PEER } from './rule-set.ts';

/** A flow as a test states it, and how it has to be decided. */
export interface FlowCase {
  /** What is known of each end, as rules name peers: groups, an address, a domain, or the node. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly protocol: Flow['protocol'];
  readonly port?: number | undefined;
  /** A protocol as the inspector names it. */
  readonly application?: string | undefined;
  readonly verdict: FlowDecision['verdict'];
  /** `ruleSet/rule`, or the name of a rule set that closes the direction. */
  readonly by?: string | undefined;
}

/** What is wrong with a decision, each with the key of the case that it is about. */
export interface FlowFault {
  readonly key: 'from' | 'to' | 'verdict' | 'by';
  readonly message: string;
}

/** Decides a flow as rules in force would, and compares. Empty: as expected. */
export function testFlow(
  { from, to, protocol, port, application, verdict, by }: FlowCase,
  policy: Pick<Policy, 'groups' | 'network'>,
): readonly FlowFault[] {
  const known = new Set(policy.groups.map(({ name }) => name));
  const strangers = ([['from', from] as const, ['to', to] as const] as const).flatMap(([key, end]) =>
    end.flatMap((text) =>
      isName(text) && !known.has(text) ? [{ key, message: `there is no WorkloadGroup "${text}"` }] : [],
    ),
  );
  if (strangers.length > 0) return strangers;
  const flow = {
    client: endOf(from),
    server: endOf(to),
    protocol,
    ...(port !== undefined && { port }),
    ...(application !== undefined && { application }),
  };
  const decision = evaluateFlow(flow, policy);
  const why = inWords(decision.cause);
  if (decision.verdict !== verdict)
    return [{ key: 'verdict', message: `expected ${verdict}, is ${decision.verdict}: ${why}` }];
  if (by === undefined || namesOf(decision.cause).includes(by)) return [];
  return [{ key: 'by', message: `expected ${by} to decide: ${why}` }];
}

function endOf(texts: readonly string[]): FlowEnd {
  const isAddress = (text: string): boolean => readPrefix(text) !== undefined;
  const address = texts.find(isAddress);
  return {
    groups: texts.filter(isName),
    ...(address !== undefined && { address }),
    domains: texts.filter((text) => !isName(text) && !isAddress(text) && text !== NODE_PEER),
    isNode: texts.includes(NODE_PEER),
  };
}

function namesOf(cause: FlowCause): readonly string[] {
  if (cause.kind === 'rule') return [`${cause.ruleSet}/${cause.rule}`];
  return cause.kind === 'closed' ? cause.ruleSets : [];
}

function inWords(cause: FlowCause): string {
  if (cause.kind === 'open') return 'no rule set speaks of it';
  if (cause.kind === 'rule') return `${cause.ruleSet}/${cause.rule} decides (${cause.direction})`;
  return `no rule allows it, and ${cause.ruleSets.join(', ')} ${cause.ruleSets.length === 1 ? 'closes' : 'close'} ${cause.direction}`;
}
