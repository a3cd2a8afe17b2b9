import { FLOW_PROTOCOLS, type FlowProtocol, type PortRange } from '../network/rule-set.ts';

/** So many separate ports of one peer are no services that were set up, but ports that are given out as they come. */
const MAX_RANGES = 32;
const LOW = { first: 1, last: 1_023 };
const HIGH = { first: 1_024, last: 65_535 };

/** Ports of a protocol that is called; ICMP has none. */
export interface CalledPort {
  readonly protocol: FlowProtocol;
  readonly port?: number;
}

export interface JoinedPorts {
  /** In order. */
  readonly ranges: readonly PortRange[];
  /** Whether these are more than the ports that were given. */
  readonly widened: boolean;
}

/** Ports as the fewest ranges that hold just them, or as all low or all high ports where there are too many to name. */
export function joinPorts(ports: Iterable<CalledPort>): JoinedPorts {
  const all = [...ports];
  let widened = false;
  const ranges = FLOW_PROTOCOLS.flatMap((protocol): PortRange[] => {
    const own = all.filter((one) => one.protocol === protocol);
    if (own.length === 0) return [];
    if (own.some(({ port }) => port === undefined)) return [{ protocol }];
    const numbers = [...new Set(own.flatMap(({ port }) => port ?? []))].toSorted((a, b) => a - b);
    return [LOW, HIGH].flatMap((half) => {
      const joined = rangesOf(numbers.filter((port) => half.first <= port && port <= half.last));
      const isTooMany = joined.length > MAX_RANGES;
      widened ||= isTooMany;
      return (isTooMany ? [half] : joined).map((range) => ({ protocol, ports: range }));
    });
  });
  return { ranges, widened };
}

function rangesOf(sorted: readonly number[]): readonly { readonly first: number; readonly last: number }[] {
  const ranges: { first: number; last: number }[] = [];
  for (const port of sorted) {
    const before = ranges.at(-1);
    if (before?.last === port - 1) before.last = port;
    else ranges.push({ first: port, last: port });
  }
  return ranges;
}
