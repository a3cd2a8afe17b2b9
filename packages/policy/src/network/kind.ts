import { type DocumentKind, isName, type ParsedDocument, problemsOfIssues } from '@bulkhead/core';
import { readPrefix } from './address.ts';
import type { FlowProtocol, NetworkPeer, NetworkRule, NetworkRuleSet, PortRange } from './rule-set.ts';
import { NODE_PEER } from './rule-set.ts';
import { NetworkRuleSetDocument } from './schema.ts';

/** Reads one `NetworkRuleSet` document. Reports every problem in it, never throws. */
export function parseNetworkRuleSet(document: unknown): ParsedDocument<NetworkRuleSet> {
  const parsed = NetworkRuleSetDocument.safeParse(document);
  if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
  const { metadata, spec } = parsed.data;
  const { ingress, egress, ...rest } = spec;
  return {
    ok: true,
    value: {
      name: metadata.name,
      ...rest,
      ...(ingress !== undefined && { ingress: ingress.map(readRule) }),
      ...(egress !== undefined && { egress: egress.map(readRule) }),
    },
  };
}

/** The kind `NetworkRuleSet`, for the loader. */
export const networkRuleSetKind: DocumentKind<NetworkRuleSet> = { kind: 'NetworkRuleSet', parse: parseNetworkRuleSet };

type RuleDocument = NonNullable<NetworkRuleSetDocument['spec']['egress']>[number];

/** What is denied is told unless a rule says otherwise, what is allowed only where one says so. */
function readRule({ name, action, log, peers, ports, applications }: RuleDocument): NetworkRule {
  return {
    name,
    action,
    log: log ?? action === 'deny',
    ...(peers !== undefined && { peers: peers.map(readPeer) }),
    ...(ports !== undefined && { ports: ports.map(readPorts) }),
    ...(applications !== undefined && { applications }),
  };
}

function readPeer(text: string): NetworkPeer {
  if (text === NODE_PEER) return { kind: 'node' };
  if (readPrefix(text) !== undefined) return { kind: 'prefix', prefix: text };
  return isName(text) ? { kind: 'group', name: text } : { kind: 'domain', domain: text.toLowerCase() };
}

function readPorts(written: number | string): PortRange {
  if (typeof written === 'number') return { protocol: 'tcp', ports: { first: written, last: written } };
  const [range = '', protocol] = written.split('/');
  if (!/^\d/.test(range)) return { protocol: range as FlowProtocol };
  const [first = '', last = first] = range.split('-');
  return { protocol: (protocol ?? 'tcp') as FlowProtocol, ports: { first: Number(first), last: Number(last) } };
}
