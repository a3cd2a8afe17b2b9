import type { NetworkRule, PortRange } from './rule-set.ts';

/** Services have no others that a rule can name. */
export const SERVICE_PROTOCOLS = ['tcp', 'udp'] as const;
export type ServiceProtocol = (typeof SERVICE_PROTOCOLS)[number];

/**
 * A port of an address that stands for workloads: who opens a flow to it is taken to one of them. It is so beyond the
 * network namespace of a workload, where a packet still has this address and this port.
 */
export interface ServiceAddress {
  readonly address: string;
  readonly protocol: ServiceProtocol;
  readonly port: number;
  /** Names are looked up there: rules ask for that by this port, wherever it leads. Without it a policy is refused. */
  readonly lookups?: true | undefined;
  /** Where flows end: at which port, and the groups of those who are there. Each list of groups that some of them are in is there once. */
  readonly to: readonly { readonly port: number; readonly groups: readonly (readonly string[])[] }[];
}

/**
 * Addresses of services of which it is not said where their ports lead: too much would have to be said. No rule allows them by a group, and one
 * that denies a group is about all their ports where that may be behind them.
 */
export interface UnfollowedServices {
  readonly addresses: readonly string[];
  /** In which groups those are who may be behind them; absent: anybody may. */
  readonly groups?: readonly string[] | undefined;
}

/** Addresses and ports of services that stand for what a rule names. */
export interface ServiceMatch {
  readonly addresses: readonly string[];
  readonly ports: readonly PortRange[];
}

/**
 * The services that an egress rule is about. It names workloads by their groups, at their own ports: a service is allowed where it
 * leads nowhere else, and denied where it may lead there. Prefixes are about addresses as they are, also those of services.
 */
export function servicesMeant(
  rule: Pick<NetworkRule, 'action' | 'peers' | 'ports'>,
  services: readonly ServiceAddress[],
): readonly ServiceAddress[] {
  const named = groupsNamed(rule);
  return named.size === 0 ? [] : services.filter((service) => isMeant(service, rule, named));
}

/** Likewise, by what their addresses have in common. */
export function serviceMatches(
  rule: Pick<NetworkRule, 'action' | 'peers' | 'ports'>,
  services: readonly ServiceAddress[],
): readonly ServiceMatch[] {
  const byAddress = Map.groupBy(servicesMeant(rule, services), ({ address }) => address);
  const byPorts = new Map<string, { readonly addresses: string[]; readonly ports: readonly PortRange[] }>();
  for (const [address, all] of byAddress) {
    const ports = all.map(({ protocol, port }) => ({ protocol, ports: { first: port, last: port } }));
    const key = JSON.stringify(ports);
    const known = byPorts.get(key);
    if (known === undefined) byPorts.set(key, { addresses: [address], ports });
    else known.addresses.push(address);
  }
  return [...byPorts.values()];
}

/** The services that an egress rule is about although nobody knows where their ports lead; nothing where there are none. */
export function unfollowedMatch(
  rule: Pick<NetworkRule, 'action' | 'peers' | 'ports'>,
  unfollowed: readonly UnfollowedServices[],
): ServiceMatch | undefined {
  if (rule.action === 'allow') return undefined;
  const named = groupsNamed(rule);
  const protocols = SERVICE_PROTOCOLS.filter(
    (protocol) => rule.ports === undefined || rule.ports.some((range) => range.protocol === protocol),
  );
  const meant = unfollowed.filter(({ groups }) => groups?.some((name) => named.has(name)) ?? named.size > 0);
  const addresses = meant.flatMap((one) => one.addresses);
  if (addresses.length === 0 || protocols.length === 0) return undefined;
  return { addresses, ports: protocols.map((protocol) => ({ protocol })) };
}

/** The addresses of services that may lead to a workload of a group. */
export function servicesOf(
  group: string,
  services: readonly ServiceAddress[],
  unfollowed: readonly UnfollowedServices[] = [],
): readonly string[] {
  const leading = services.filter(({ to }) => to.some(({ groups }) => groups.some((some) => some.includes(group))));
  const others = unfollowed.filter(({ groups }) => groups?.includes(group) ?? true);
  return [...new Set([...leading.map(({ address }) => address), ...others.flatMap(({ addresses }) => addresses)])];
}

function groupsNamed({ peers = [] }: Pick<NetworkRule, 'peers'>): ReadonlySet<string> {
  return new Set(peers.flatMap((peer) => (peer.kind === 'group' ? [peer.name] : [])));
}

function isMeant(
  { protocol, port: own, lookups, to }: ServiceAddress,
  { action, ports }: Pick<NetworkRule, 'action' | 'ports'>,
  named: ReadonlySet<string>,
): boolean {
  const ends = to.flatMap(({ port, groups }) => groups.map((some) => ({ port, groups: some })));
  const isNamed = (end: { readonly port: number; readonly groups: readonly string[] }): boolean =>
    end.groups.some((name) => named.has(name)) &&
    (ports === undefined ||
      ports.some((range) => holds(range, protocol, end.port) || (lookups === true && holds(range, protocol, own))));
  return action === 'allow' ? ends.length > 0 && ends.every(isNamed) : ends.some(isNamed);
}

function holds(range: PortRange, protocol: ServiceProtocol, port: number): boolean {
  if (range.protocol !== protocol) return false;
  return range.ports === undefined || (range.ports.first <= port && port <= range.ports.last);
}
