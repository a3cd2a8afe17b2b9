import { createHash } from 'node:crypto';
import type {
  AddressList,
  EndList,
  Firewall,
  FirewallDirection,
  FirewallEnd,
  FirewallMatch,
  FirewallPorts,
  FirewallRule,
} from '@bulkhead/nftables';
import {
  addressRanges,
  boundDocuments,
  FLOW_DIRECTIONS,
  type FlowDirection,
  type NetworkPeer,
  type NetworkRule,
  type NetworkRuleSet,
  type Policy,
  type PortRange,
  type ServiceAddress,
  type ServiceMatch,
  servicesMeant,
  type UnfollowedServices,
  unfollowedMatch,
} from '@bulkhead/policy';
import { type ApplicationPlan, planApplications } from './application-plan.ts';

/** Which rule a packet was told by. */
export interface RuleName {
  readonly direction: FlowDirection;
  /** More than one only where no rule allowed a flow in a direction that all of these close. */
  readonly ruleSets: readonly string[];
  /** Absent where no rule allowed the flow. */
  readonly rule?: string;
}

/** The rules of one network namespace, and what their ids stand for. */
export interface FirewallPlan {
  readonly firewall: Firewall;
  readonly rules: Readonly<Record<string, RuleName>>;
  /** What may be spoken: the inspector's part. Absent where no rule names applications. */
  readonly applications?: ApplicationPlan;
  /** Domains that rules name: their addresses are learnt from the answers that the workloads get. */
  readonly domains: readonly string[];
}

/** The addresses of a peer as they are known now. */
export type PeerAddresses = (peer: NetworkPeer) => readonly string[];

/**
 * The rules for workloads that are in these groups (by name), or nothing where no rule set is about them.
 *
 * Applications are not known of a packet. In the kernel a rule that allows some lets the flow begin, and a rule that denies
 * some denies nothing; the inspector judges the flow once it is known what it speaks.
 */
export function planFirewall(
  groups: readonly string[],
  policy: Pick<Policy, 'groups' | 'network'>,
  addressesOf: PeerAddresses,
  services: readonly ServiceAddress[] = [],
  unfollowed: readonly UnfollowedServices[] = [],
): FirewallPlan | undefined {
  const bound = boundDocuments(
    policy.groups.filter(({ name }) => groups.includes(name)),
    policy.network,
  );
  const { enforced, tried } = bound;
  if (enforced.length + tried.length === 0) return undefined;
  const compiler = new FirewallCompiler(addressesOf, services, unfollowed);
  const [ingress, egress] = FLOW_DIRECTIONS.map((direction) => compiler.direction(direction, enforced, tried));
  const { lists, ends, rules, domains } = compiler;
  const applications = planApplications(bound, addressesOf, services, unfollowed);
  return {
    firewall: {
      lists: [...lists.values()],
      ...(ends.size > 0 && { ends: [...ends.values()] }),
      ...(ingress !== undefined && { ingress }),
      ...(egress !== undefined && { egress }),
      tellsDns: domains.size > 0,
    },
    rules,
    ...(applications !== undefined && { applications }),
    domains: [...domains].toSorted(),
  };
}

class FirewallCompiler {
  readonly lists = new Map<string, AddressList>();
  readonly ends = new Map<string, EndList>();
  readonly rules: Record<string, RuleName> = {};
  readonly domains = new Set<string>();
  readonly #addressesOf: PeerAddresses;
  readonly #services: readonly ServiceAddress[];
  readonly #unfollowed: readonly UnfollowedServices[];

  constructor(
    addressesOf: PeerAddresses,
    services: readonly ServiceAddress[],
    unfollowed: readonly UnfollowedServices[],
  ) {
    this.#addressesOf = addressesOf;
    this.#services = services;
    this.#unfollowed = unfollowed;
  }

  direction(
    direction: FlowDirection,
    enforced: readonly NetworkRuleSet[],
    tried: readonly NetworkRuleSet[],
  ): FirewallDirection | undefined {
    const speaking = (sets: readonly NetworkRuleSet[]) => sets.filter((set) => set[direction] !== undefined);
    const [hard, soft] = [speaking(enforced), speaking(tried)];
    if (hard.length + soft.length === 0) return undefined;
    const compile = (sets: readonly NetworkRuleSet[]) => sets.map((set) => this.#ruleSet(direction, set));
    const closed = (sets: readonly NetworkRuleSet[]) =>
      this.#name({ direction, ruleSets: sets.map(({ name }) => name) });
    return {
      enforced: compile(hard),
      tried: compile(soft),
      ...(hard.length > 0 && { denyId: closed(hard) }),
      ...(soft.length > 0 && { tryId: closed(soft) }),
    };
  }

  #ruleSet(direction: FlowDirection, ruleSet: NetworkRuleSet): readonly FirewallRule[] {
    return (ruleSet[direction] ?? []).flatMap((rule) => {
      if (rule.action === 'deny' && rule.applications !== undefined) return [];
      const id = this.#name({ direction, ruleSets: [ruleSet.name], rule: rule.name });
      // Nobody opens flows from the address of a service.
      return [this.#rule(rule, id, direction === 'egress' ? this.#alsoOf(rule, id) : [])];
    });
  }

  #rule({ action, log, peers, ports }: NetworkRule, id: string, also: readonly FirewallMatch[]): FirewallRule {
    return {
      id,
      action,
      log,
      ...(peers !== undefined && { peers: this.#list(peers) }),
      ...(ports !== undefined && { ports: ports.map(firewallPorts) }),
      ...(also.length > 0 && { also }),
    };
  }

  /** The services that a rule is about. */
  #alsoOf(rule: NetworkRule, id: string): readonly FirewallMatch[] {
    const services = servicesMeant(rule, this.#services);
    const others = unfollowedMatch(rule, this.#unfollowed);
    return [
      ...(services.length > 0 ? [{ ends: this.#endList(id, services) }] : []),
      ...(others === undefined
        ? []
        : [{ peers: this.#unfollowedList(id, others), ports: others.ports.map(firewallPorts) }]),
    ];
  }

  #unfollowedList(rule: string, { addresses }: ServiceMatch): string {
    const name = `unfollowed-${rule}`;
    this.lists.set(name, { name, ...addressRanges(addresses) });
    return name;
  }

  /** Named by its rule, as those of peers by who is meant. */
  #endList(rule: string, services: readonly ServiceAddress[]): string {
    const name = `services-${rule}`;
    const ends = services.map(({ address, protocol, port }): FirewallEnd => [address, protocol, port]);
    const unique = [...new Map(ends.map((end) => [end.join(), end])).values()];
    const isOfIpv6 = ([address]: FirewallEnd): boolean => address.includes(':');
    const [ipv4, ipv6] = [unique.filter((end) => !isOfIpv6(end)), unique.filter(isOfIpv6)];
    this.ends.set(name, { name, ipv4, ipv6 });
    return name;
  }

  /** Named by who is meant, not by their addresses: those change in the kernel's set, and the rule stays as it is. */
  #list(peers: readonly NetworkPeer[]): string {
    const name = `peers-${digest(JSON.stringify(peers))}`;
    for (const peer of peers) if (peer.kind === 'domain') this.domains.add(peer.domain);
    if (!this.lists.has(name)) this.lists.set(name, { name, ...addressRanges(peers.flatMap(this.#addressesOf)) });
    return name;
  }

  #name(rule: RuleName): string {
    const id = digest(JSON.stringify([rule.direction, rule.ruleSets, rule.rule]));
    this.rules[id] = rule;
    return id;
  }
}

function firewallPorts({ protocol, ports }: PortRange): FirewallPorts {
  return { protocol, ...(ports !== undefined && { ports: [ports.first, ports.last] as const }) };
}

/** Enough to tell some thousand rules apart, and short enough for the prefix of a log rule. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
