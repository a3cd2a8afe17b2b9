/** Addresses that rules name together. Their content may change without the rules; it is followed in the kernel's set. */
export interface AddressList {
  /** Letters, digits and hyphens; it names the kernel's sets. */
  readonly name: string;
  /** Disjoint ranges in order, both ends included. */
  readonly ipv4: readonly AddressRange[];
  readonly ipv6: readonly AddressRange[];
}

export type AddressRange = readonly [first: string, last: string];

/** Ends of flows that rules name together. Followed in the kernel's set likewise. */
export interface EndList {
  /** As that of an address list, and of none of them. */
  readonly name: string;
  /** Each once. */
  readonly ipv4: readonly FirewallEnd[];
  readonly ipv6: readonly FirewallEnd[];
}

/** An address at one port. */
export type FirewallEnd = readonly [address: string, protocol: 'tcp' | 'udp', port: number];

export interface FirewallPorts {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Absent: all of the protocol. */
  readonly ports?: readonly [first: number, last: number];
}

/** What a packet has to be; what is absent stands for anybody or anything. */
export interface FirewallMatch {
  /** The name of a list: who is at the other end. */
  readonly peers?: string;
  readonly ports?: readonly FirewallPorts[];
  /** The name of a list of ends, instead of peers and ports: who is at the other end, at which port. */
  readonly ends?: string;
}

/** One rule. */
export interface FirewallRule extends FirewallMatch {
  /** Comes back with every packet that is told: letters, digits and hyphens. */
  readonly id: string;
  readonly action: 'allow' | 'deny';
  readonly log: boolean;
  /** Other packets for which it holds as well. */
  readonly also?: readonly FirewallMatch[];
}

/** What holds for flows that are opened in one direction. */
export interface FirewallDirection {
  /** Each an ordered list of rules, of which the first that holds speaks for the list. */
  readonly enforced: readonly (readonly FirewallRule[])[];
  /** Told instead of denied. */
  readonly tried: readonly (readonly FirewallRule[])[];
  /** What comes back when no enforced list allows a flow, which is then denied. Absent: nothing enforced speaks here. */
  readonly denyId?: string;
  /** What comes back when no list at all allows a flow. Absent: nothing that is tried speaks here. */
  readonly tryId?: string;
}

/** The rules of a namespace about who may talk to whom. */
export interface Firewall {
  readonly lists: readonly AddressList[];
  readonly ends?: readonly EndList[];
  /** Flows from elsewhere to this namespace. */
  readonly ingress?: FirewallDirection;
  /** Flows from this namespace to elsewhere. */
  readonly egress?: FirewallDirection;
  /** Whether answers of DNS over UDP are told, so that names of lists can be followed. */
  readonly tellsDns: boolean;
}

/** What a packet that is told says of itself, before its rule's id. */
export const LOG_KINDS = ['deny', 'alert', 'allow', 'dns'] as const;
export type LogKind = (typeof LOG_KINDS)[number];

/** The number of the log group that firewalls tell packets to. */
export const LOG_GROUP = 6_431;

/** The directions as kernel hooks. */
export const DIRECTION_HOOKS = { ingress: 'input', egress: 'output' } as const;

const PREFIX = 'bulkhead';

export function logPrefix(kind: LogKind, id: string): string {
  return `${PREFIX} ${kind} ${id}`;
}

/** What a prefix says; undefined for one that is not of a firewall of ours. */
export function readLogPrefix(prefix: string): { readonly kind: LogKind; readonly id: string } | undefined {
  const [head, kind, id, more] = prefix.split(' ');
  const known = LOG_KINDS.find((one) => one === kind);
  return head !== PREFIX || known === undefined || id === undefined || more !== undefined
    ? undefined
    : { kind: known, id };
}
