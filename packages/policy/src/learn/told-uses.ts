import { z } from 'zod';
import type { LearntUse } from './learnt-use.ts';
import { ToldTime } from './told-time.ts';

/** What a machine can keep in mind, and more than a cluster's workloads run or write. */
const MAX_USES = 500_000;
/** So many have a hundred characters each; who means ill has paths of thousands. */
const MAX_CHARACTERS = 256 * 1024 * 1024;
const MAX_NAME = 253;
const MAX_GROUPS = 1_024;

const Name = z.string().min(1).max(MAX_NAME);

const UsesEvent = z.object({
  time: ToldTime,
  workloads: z.array(z.object({ name: Name, namespace: Name.optional(), pod: Name.optional() })).min(1),
  groups: z.array(Name).max(MAX_GROUPS),
  notCounted: z.int().nonnegative().default(0),
});

/** What an event tells of one use: all but whose it is and when it was. */
export type ToldUse<Use extends LearntUse> = Omit<
  Use,
  'namespace' | 'workload' | 'container' | 'groups' | 'firstSeen' | 'lastSeen'
>;

interface GroupList {
  readonly number: number;
  readonly groups: readonly string[];
}

/**
 * Collects what containers do from agents' events, which are called as the list that they have. What an event says that is not as
 * it should be is passed over and counted.
 */
export class ToldUses<Use extends LearntUse> {
  readonly #event: string;
  readonly #read: (told: unknown) => ToldUse<Use> | undefined;
  readonly #kept = new Map<string, Use>();
  /** Each list of groups once, by its names: one may be longer than all else of a use, and most have the same. */
  readonly #lists = new Map<string, GroupList>();
  #characters = 0;
  #malformed = 0;
  #notCounted = 0;

  /** `read` gives nothing for what it does not understand, and else the same keys in the same order. */
  constructor(event: string, read: (told: unknown) => ToldUse<Use> | undefined) {
    this.#event = event;
    this.#read = read;
  }

  /** Takes a line of an agent's output. `full`: it holds more than can be kept. */
  take(line: unknown): 'taken' | 'other' | 'full' {
    const told = Object(line) as Readonly<Record<string, unknown>>;
    if (told['event'] !== this.#event) return 'other';
    const list = told[this.#event];
    const { data: event } = UsesEvent.safeParse(line);
    const [container] = event?.workloads ?? [];
    if (event === undefined || container === undefined || !Array.isArray(list)) {
      this.#malformed += 1;
      return 'taken';
    }
    const { name, namespace, pod } = container;
    const place = { ...(namespace !== undefined && { namespace }), workload: pod ?? name, container: name };
    const groups = this.#listOf(event.groups.toSorted());
    const at = new Date(event.time).toISOString();
    this.#notCounted += event.notCounted;
    for (const one of list) {
      const use = this.#read(one);
      if (use === undefined) this.#malformed += 1;
      else if (!this.#keep(place, use, groups, at)) return 'full';
    }
    return 'taken';
  }

  /** Uses, and parts of events, that could not be read. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Uses of which agents say only that they were. */
  get notCounted(): number {
    return this.#notCounted;
  }

  /** All that was told. */
  all(): readonly Use[] {
    return [...this.#kept.values()];
  }

  #listOf(groups: readonly string[]): GroupList {
    const text = JSON.stringify(groups);
    const known = this.#lists.get(text) ?? { number: this.#lists.size, groups };
    this.#lists.set(text, known);
    return known;
  }

  #keep(
    place: Pick<LearntUse, 'namespace' | 'workload' | 'container'>,
    use: ToldUse<Use>,
    { number, groups }: GroupList,
    at: string,
  ): boolean {
    const { count, ...same } = use;
    const key = JSON.stringify([place.namespace, place.workload, place.container, number, same]);
    const known = this.#kept.get(key);
    if (known === undefined) {
      this.#characters += key.length;
      if (this.#kept.size >= MAX_USES || this.#characters > MAX_CHARACTERS) return false;
    }
    const common = {
      ...place,
      groups,
      count: count + (known?.count ?? 0),
      firstSeen: known === undefined || at < known.firstSeen ? at : known.firstSeen,
      lastSeen: known === undefined || at > known.lastSeen ? at : known.lastSeen,
    };
    this.#kept.set(key, { ...use, ...common } as unknown as Use);
    return true;
  }
}
