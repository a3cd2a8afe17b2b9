import { createHash } from 'node:crypto';
import { readPrefix } from '../network/address.ts';
import { prefixText } from '../network/address-text.ts';
import type { ServiceAddress, UnfollowedServices } from '../network/service.ts';
import { answersLookups, type ClusterService } from './cluster-service.ts';
import { type LeftOut, type LeftOutService, leftOutOf } from './left-out.ts';

/** Who has an address. */
interface Owners {
  /** Containers of a pod share theirs. */
  count: number;
  readonly groups: Map<string, number>;
}

/** How many ends of one port of a service are in the same groups. */
type Sets = Map<string, number>;

/** An end of a service at one port. */
interface End {
  readonly state: State;
  readonly sets: Sets;
  readonly isPod: boolean;
}

interface State {
  readonly service: ClusterService;
  /** As the service has its ports, and within each where it leads. */
  readonly sets: readonly (readonly Sets[])[];
  readonly ends: readonly (readonly [address: string, end: End])[];
  /** Groups that some end is in. */
  groups: ReadonlySet<string>;
  /** What is said of it; absent until somebody asks. */
  view: readonly ServiceAddress[] | undefined;
}

/**
 * Of all that one snapshot says of services, as JSON: 10,000 of them with two addresses each. Whoever may write services could else make it too
 * long for any agent.
 */
const MAX_CHARACTERS = 4 * 1_024 * 1_024;
/** Of the addresses of those for which that is not enough: some 200,000 of them, more than a cluster has. */
const MAX_UNFOLLOWED_CHARACTERS = 4 * 1_024 * 1_024;

/** Stands for all groups: is no name of one. */
export const ANYBODY = '*';

/** What is said of services to who names groups. */
export interface ServicesSaid {
  readonly services: readonly ServiceAddress[];
  readonly unfollowed: readonly UnfollowedServices[];
  readonly leftOut: LeftOut;
}

/** In no group. */
const NONE = '[]';

/**
 * Knows for services in which groups those are to whom they lead. A change costs only the services that lead to an address
 * that changed. What changes something gives the names of groups whose services are others now, or may be.
 */
export class Services {
  readonly #owners = new Map<string, Owners>();
  readonly #states = new Map<string, State>();
  readonly #ends = new Map<string, Set<End>>();
  readonly #ofGroup = new Map<string, Set<State>>();
  /** By group; absent until somebody asks. */
  readonly #digests = new Map<string, string>();

  get all(): readonly ClusterService[] {
    return [...this.#states.values()].map(({ service }) => service);
  }

  /** Addresses of a workload that is in these groups. */
  add(groups: readonly string[], addresses: readonly string[]): ReadonlySet<string> {
    return this.#move(addresses, (owners) => {
      owners.count += 1;
      for (const group of groups) owners.groups.set(group, (owners.groups.get(group) ?? 0) + 1);
    });
  }

  /** Takes back what `add` was given. */
  remove(groups: readonly string[], addresses: readonly string[]): ReadonlySet<string> {
    return this.#move(addresses, (owners) => {
      owners.count -= 1;
      for (const group of groups) {
        const count = owners.groups.get(group) ?? 0;
        if (count > 1) owners.groups.set(group, count - 1);
        else owners.groups.delete(group);
      }
    });
  }

  /** Takes a service in, or what is new about it. */
  put(service: ClusterService): ReadonlySet<string> {
    const before = this.forget(service.id);
    const sets = service.ports.map(({ to }) => to.map((): Sets => new Map()));
    const ends: (readonly [string, End])[] = [];
    const state: State = { service, sets, ends, groups: new Set(), view: undefined };
    for (const [index, { to }] of service.ports.entries()) {
      for (const [position, { ends: some }] of to.entries()) {
        for (const { address, isPod } of some) {
          const end: End = { state, sets: sets[index]?.[position] ?? new Map(), isPod };
          ends.push([canonical(address), end]);
        }
      }
    }
    this.#states.set(service.id, state);
    for (const [address, end] of ends) {
      const there = this.#ends.get(address);
      if (there === undefined) this.#ends.set(address, new Set([end]));
      else there.add(end);
      change(end.sets, setOf(end, keyOf(this.#owners.get(address))), 1);
    }
    this.#regroup(state);
    return before.union(state.groups);
  }

  /** Forgets a service that is gone. */
  forget(id: string): ReadonlySet<string> {
    const state = this.#states.get(id);
    if (state === undefined) return new Set();
    this.#states.delete(id);
    for (const [address, end] of state.ends) {
      const there = this.#ends.get(address);
      there?.delete(end);
      if (there?.size === 0) this.#ends.delete(address);
    }
    for (const group of state.groups) this.#leave(group, state);
    return state.groups;
  }

  /**
   * The services that may lead to workloads of these groups. Always in the same order; where there are too many, those of the namespaces with least,
   * and of the others their addresses.
   */
  of(groups: readonly string[]): ServicesSaid {
    const asked = groups.length === 0 ? [] : [...groups, ANYBODY];
    const states = inOrder(new Set(asked.flatMap((group) => [...(this.#ofGroup.get(group) ?? [])])));
    const [endless, followed] = [states.filter(isEndless), states.filter((state) => !isEndless(state))];
    const { kept, left } = withinBounds(followed);
    const { unfollowed, leftOut } = withoutPorts([...endless, ...left]);
    return { services: kept.flatMap(viewOf), unfollowed, leftOut: leftOutOf(leftOut) };
  }

  /** Follows from the services that may lead to workloads of a group; empty where there are none. */
  digestOf(group: string): string {
    const states = this.#ofGroup.get(group);
    if (states === undefined) return '';
    let digest = this.#digests.get(group);
    if (digest === undefined) {
      const text = JSON.stringify(
        inOrder(states).map((state) => (isEndless(state) ? state.service.addresses : viewOf(state))),
      );
      digest = createHash('sha256').update(text).digest('base64');
      this.#digests.set(group, digest);
    }
    return digest;
  }

  #move(addresses: readonly string[], apply: (owners: Owners) => void): ReadonlySet<string> {
    const touched = new Set<State>();
    // An address that a workload has twice is one.
    for (const address of new Set(addresses.map(canonical))) {
      const owners = this.#owners.get(address) ?? { count: 0, groups: new Map<string, number>() };
      const before = keyOf(owners);
      apply(owners);
      if (owners.count > 0) this.#owners.set(address, owners);
      else this.#owners.delete(address);
      const after = keyOf(owners);
      if (before === after) continue;
      for (const end of this.#ends.get(address) ?? []) {
        const isGone = change(end.sets, setOf(end, before), -1);
        const isNew = change(end.sets, setOf(end, after), 1);
        if (isGone || isNew) touched.add(end.state);
      }
    }
    const concerned = new Set<string>();
    for (const state of touched) {
      for (const group of state.groups) concerned.add(group);
      this.#regroup(state);
      for (const group of state.groups) concerned.add(group);
    }
    return concerned;
  }

  #regroup(state: State): void {
    const now = isEndless(state)
      ? new Set([ANYBODY])
      : new Set(state.sets.flat().flatMap((sets) => [...sets.keys()].flatMap(groupsOf)));
    for (const group of state.groups) if (!now.has(group)) this.#leave(group, state);
    for (const group of now) {
      const there = this.#ofGroup.get(group);
      if (there === undefined) this.#ofGroup.set(group, new Set([state]));
      else there.add(state);
    }
    state.groups = now;
    state.view = undefined;
    for (const group of now) this.#digests.delete(group);
  }

  #leave(group: string, state: State): void {
    const there = this.#ofGroup.get(group);
    there?.delete(state);
    this.#digests.delete(group);
    if (there?.size === 0) this.#ofGroup.delete(group);
  }
}

/** The groups of who has an address as a text; nothing where nobody has it. */
function keyOf(owners: Owners | undefined): string | undefined {
  return owners === undefined || owners.count === 0 ? undefined : JSON.stringify([...owners.groups.keys()].toSorted());
}

function groupsOf(key: string): readonly string[] {
  return JSON.parse(key) as readonly string[];
}

/** A pod that nobody has told of yet counts for nothing: as long as that, a rollout would cut whoever uses the service. */
function setOf({ isPod }: End, key: string | undefined): string | undefined {
  return key ?? (isPod ? undefined : NONE);
}

/** Whether there is one now where there was none, or none where there was one. */
function change(sets: Sets, key: string | undefined, by: 1 | -1): boolean {
  if (key === undefined) return false;
  const count = (sets.get(key) ?? 0) + by;
  if (count > 0) sets.set(key, count);
  else sets.delete(key);
  return count === 0 || (count === 1 && by === 1);
}

function inOrder(states: Iterable<State>): readonly State[] {
  return [...states].toSorted((a, b) => (a.service.id < b.service.id ? -1 : 1));
}

function isEndless({ service }: State): boolean {
  return service.tooManyEnds !== undefined;
}

/** `left`: those for which there is no room, of namespaces with least first. */
function withinBounds(states: readonly State[]): { readonly kept: readonly State[]; readonly left: readonly State[] } {
  const sizes = new Map(states.map((state) => [state, JSON.stringify(viewOf(state)).length]));
  const sizeOf = (all: readonly State[]): number => all.reduce((sum, state) => sum + (sizes.get(state) ?? 0), 0);
  if (sizeOf(states) <= MAX_CHARACTERS) return { kept: states, left: [] };
  const namespaces = [...Map.groupBy(states, ({ service }) => service.id.split('/', 1)[0]).values()];
  const kept = new Set<State>();
  const left: State[] = [];
  let room = MAX_CHARACTERS;
  for (const state of namespaces.toSorted((a, b) => sizeOf(a) - sizeOf(b)).flat()) {
    const size = sizes.get(state) ?? 0;
    if (size > room) {
      left.push(state);
      continue;
    }
    room -= size;
    kept.add(state);
  }
  return { kept: states.filter((state) => kept.has(state)), left };
}

/** What is said of services of which their ports are not, the first first. */
function withoutPorts(states: readonly State[]): {
  readonly unfollowed: readonly UnfollowedServices[];
  readonly leftOut: readonly LeftOutService[];
} {
  const byGroups = new Map<string, { readonly addresses: Set<string>; readonly groups?: readonly string[] }>();
  let room = MAX_UNFOLLOWED_CHARACTERS;
  const leftOut = states.map((state): LeftOutService => {
    const { id, addresses } = state.service;
    const groups = isEndless(state) ? undefined : [...state.groups].toSorted();
    const key = groups === undefined ? ANYBODY : JSON.stringify(groups);
    const there = byGroups.get(key) ?? { addresses: new Set<string>(), ...(groups !== undefined && { groups }) };
    const size = JSON.stringify(addresses).length + (byGroups.has(key) ? 0 : key.length);
    const said = { id, ...(groups !== undefined && { groups }) };
    if (size > room) return { ...said, cause: 'address' };
    room -= size;
    byGroups.set(key, there);
    for (const address of addresses) there.addresses.add(address);
    return { ...said, cause: groups === undefined ? 'ends' : 'ports' };
  });
  const unfollowed = [...byGroups.values()].map((one) => ({ ...one, addresses: [...one.addresses] }));
  return { unfollowed, leftOut };
}

/** A port behind which nobody is known is not said to lead there. */
function viewOf(state: State): readonly ServiceAddress[] {
  const { service, sets } = state;
  state.view ??= service.ports.flatMap((one, index) => {
    const { protocol, port, to } = one;
    const leads = to.flatMap((target, position) => {
      const groups = [...(sets[index]?.[position]?.keys() ?? [])].toSorted().map(groupsOf);
      return groups.length === 0 ? [] : [{ port: target.port, groups }];
    });
    const said = { protocol, port, ...(answersLookups(one) && { lookups: true as const }), to: leads };
    return leads.length === 0 ? [] : service.addresses.map((address) => ({ address, ...said }));
  });
  return state.view;
}

/** Addresses of IPv6 may be written in several ways. */
function canonical(address: string): string {
  const prefix = address.includes(':') ? readPrefix(address) : undefined;
  return prefix === undefined ? address : prefixText(prefix);
}
