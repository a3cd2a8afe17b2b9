import { canonicalAddress, type FlowEnd, type ReportedWorkload, workloadEnd } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';

/** What ends is still told of: agents sum up flows for minutes, and keep what nobody takes. */
const GONE_MS = 15 * 60_000;
/** A cluster that starts and ends more network namespaces in that time is none that anybody runs. */
const MAX_GONE = 16_384;

/** A network namespace of a node: those in it share its addresses. */
interface Place {
  readonly agent: string;
  readonly workloads: Map<string, ReportedWorkload>;
  addresses: ReadonlySet<string>;
  end: FlowEnd | undefined;
}

/** Knows by addresses and network namespaces who the ends of flows are, among the workloads of all agents. */
export class AddressBook {
  readonly #clock: Clock;
  readonly #places = new Map<string, Place>();
  readonly #byAddress = new Map<string, Set<Place>>();
  /** The keys of places, by agent and workload. */
  readonly #placeOf = new Map<string, string>();
  /** Places without workloads, by since when, in that order. */
  readonly #gone = new Map<string, number>();
  /** Agents that have said themselves what runs on their nodes, and not only the store. */
  readonly #heard = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes in a workload, or what is new about it. `from`: who says so. */
  put(agent: string, workload: ReportedWorkload, from: 'agent' | 'store' = 'agent'): void {
    if (from === 'agent') this.#heard.add(agent);
    const key = keyOf(agent, workload.netns ?? workload.id);
    if ((this.#placeOf.get(keyOf(agent, workload.id)) ?? key) !== key) this.remove(agent, workload.id);
    this.#placeOf.set(keyOf(agent, workload.id), key);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = { agent, workloads: new Map(), addresses: new Set(), end: undefined };
      this.#places.set(key, place);
    } else if (place.workloads.get(workload.id) === workload) return;
    this.#gone.delete(key);
    place.workloads.set(workload.id, workload);
    this.#renew(place);
  }

  /** Whose a workload was is known for a while. */
  remove(agent: string, id: string): void {
    const key = this.#placeOf.get(keyOf(agent, id)) ?? '';
    this.#placeOf.delete(keyOf(agent, id));
    const place = this.#places.get(key);
    if (place?.workloads.delete(id) !== true) return;
    if (place.workloads.size > 0) this.#renew(place);
    else this.#gone.set(key, this.#clock.now());
    this.#sweep();
  }

  /** What an agent said may be no longer so: others know better whose its addresses are. */
  unheard(agent: string): void {
    this.#heard.delete(agent);
  }

  /** Who is in a network namespace. */
  at(agent: string, netns: string): FlowEnd | undefined {
    return this.#places.get(keyOf(agent, netns))?.end;
  }

  /**
   * Who has an address, as an agent sees it; nothing where nobody has, or different ones do. Networks of different nodes may have the
   * same addresses: its own node's come first. Those of agents that are gone come last.
   */
  who(agent: string, address: string): FlowEnd | undefined {
    const all = [...(this.#byAddress.get(canonicalAddress(address)) ?? [])];
    const there = all.filter(({ workloads }) => workloads.size > 0);
    const [own, heard] = [ofAgent(agent), ({ agent: one }: Place): boolean => this.#heard.has(one)];
    const nearest = [there.filter(own), there.filter(heard), there, all.filter(own), all].find(
      ({ length }) => length > 0,
    );
    const ends = new Map(nearest?.flatMap(({ end }) => (end === undefined ? [] : [[JSON.stringify(end), end]])));
    return ends.size === 1 ? ends.values().next().value : undefined;
  }

  /** Containers of different workloads may share a network namespace, as an end it is one: it is called by the first of them. */
  #renew(place: Place): void {
    const workloads = [...place.workloads.values()];
    const addresses = new Set(workloads.flatMap((workload) => workload.addresses.map(canonicalAddress)));
    this.#index(place, addresses);
    const ends = workloads.map(workloadEnd).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    place.end = ends[0];
  }

  #index(place: Place, addresses: ReadonlySet<string>): void {
    for (const address of place.addresses.difference(addresses)) {
      const places = this.#byAddress.get(address);
      places?.delete(place);
      if (places?.size === 0) this.#byAddress.delete(address);
    }
    for (const address of addresses.difference(place.addresses)) {
      const places = this.#byAddress.get(address);
      if (places === undefined) this.#byAddress.set(address, new Set([place]));
      else places.add(place);
    }
    place.addresses = addresses;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [key, since] of this.#gone) {
      if (this.#gone.size <= MAX_GONE && now - since < GONE_MS) return;
      this.#gone.delete(key);
      const place = this.#places.get(key);
      if (place !== undefined) this.#index(place, new Set());
      this.#places.delete(key);
    }
  }
}

function ofAgent(agent: string): (place: Place) => boolean {
  return (place) => place.agent === agent;
}

function keyOf(agent: string, name: string): string {
  return `${agent} ${name}`;
}
