import { TABLE } from '../enforcement/table.ts';

/** Who opened a flow: somebody elsewhere, or a workload of the namespace. */
export type FlowSide = 'ingress' | 'egress';

/** A table of its own, so that what counts is never in the way of what enforces, and is kept when that is changed. */
export const FLOW_TABLE = { family: 'inet', name: 'bulkhead-flows' } as const;

/** Peers and ports of a direction that are counted at once: what is more is counted without a name. Each takes some hundred bytes. */
export const MAX_COUNTED = 4_096;
/** A peer that is silent for so long is forgotten. Readings must be much closer together. */
export const COUNTED_SECONDS = 3_600;

/** Packets that found no room, by their protocol. */
export const NOT_COUNTED = 'not-counted';

/**
 * What the sets of peers and ports count. `carried`: packets of flows both ways, that nothing denied; `opened`: sessions, each once.
 * Those of the firewall: `tried` has packets that rules which are only tried would deny, since rules or addresses changed
 * last, `denied` those that were denied.
 */
export const FLOW_COUNTS = ['carried', 'opened', 'tried', 'denied'] as const;
export type FlowCountKind = (typeof FLOW_COUNTS)[number];

export const FLOW_SIDES: readonly FlowSide[] = ['ingress', 'egress'];

export const FAMILIES = [
  { family: 4, protocol: 'ip', type: 'ipv4_addr' },
  { family: 6, protocol: 'ip6', type: 'ipv6_addr' },
] as const;
export type AddressFamily = (typeof FAMILIES)[number]['family'];

export const countSet = (kind: FlowCountKind, side: FlowSide, family: AddressFamily): string =>
  `${kind}-${side}-${family}`;

export interface FlowSet {
  readonly table: string;
  readonly set: string;
  readonly kind: FlowCountKind;
  readonly side: FlowSide;
  readonly family: AddressFamily;
}

/** All sets that count peers and ports, in this table and the firewall's. */
export const FLOW_SETS: readonly FlowSet[] = FLOW_COUNTS.flatMap((kind) =>
  FLOW_SIDES.flatMap((side) =>
    FAMILIES.map(({ family }) => ({
      table: kind === 'tried' || kind === 'denied' ? TABLE.name : FLOW_TABLE.name,
      set: countSet(kind, side, family),
      kind,
      side,
      family,
    })),
  ),
);
