import type { FlowDirection, NetworkPeer, NetworkRule, PortRange } from './rule-set.ts';

/** A rule as people say it: `allows web, 10.0.0.0/8 to ports 80, 8000-8100/tcp as http`. */
export function ruleInWords({ action, peers, ports, applications }: NetworkRule, direction: FlowDirection): string {
  const verb = action === 'allow' ? 'allows' : 'denies';
  const who = peers === undefined ? 'anybody' : peers.map(peerText).join(', ');
  const end = direction === 'ingress' ? who : `to call ${who}`;
  const where = ports === undefined ? '' : ` on ${ports.map(portsText).join(', ')}`;
  return `${verb} ${end}${where}${applications === undefined ? '' : ` as ${applications.join(' or ')}`}`;
}

/** A peer as a document has it. */
export function peerText(peer: NetworkPeer): string {
  if (peer.kind === 'group') return peer.name;
  if (peer.kind === 'prefix') return peer.prefix;
  return peer.kind === 'domain' ? peer.domain : '@node';
}

/** Ports as a document has them. */
export function portsText({ protocol, ports }: PortRange): string {
  if (ports === undefined) return protocol;
  const range = ports.first === ports.last ? String(ports.first) : `${ports.first}-${ports.last}`;
  return `${range}/${protocol}`;
}
