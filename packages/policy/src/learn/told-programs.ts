import { RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { LearntProgram } from './program.ts';
import { ToldTime } from './told-time.ts';

/** What a machine can keep in mind, and more than a cluster's workloads run. */
const MAX_PROGRAMS = 500_000;
const MAX_PATH = 4_096;
const MAX_USER = 2 ** 32 - 1;
const MAX_NAME = 253;
const MAX_GROUPS = 1_024;

const Name = z.string().min(1).max(MAX_NAME);

const ToldProgram = z.object({
  executable: z.string().max(MAX_PATH).startsWith('/'),
  user: z.int().min(0).max(MAX_USER).optional(),
  fromImage: z.boolean().optional(),
  verdict: z.enum(RULE_VERDICTS),
  count: z.int().nonnegative(),
});

const ProgramsEvent = z.object({
  event: z.literal('programs'),
  time: ToldTime,
  workloads: z.array(z.object({ name: Name, namespace: Name.optional(), pod: Name.optional() })).min(1),
  groups: z.array(Name).max(MAX_GROUPS),
  programs: z.array(z.unknown()),
  notCounted: z.int().nonnegative().default(0),
});

type Kept = Omit<LearntProgram, 'groups' | 'firstSeen' | 'lastSeen'>;

interface GroupList {
  readonly number: number;
  readonly groups: readonly string[];
}

/** Collects the programs of agents' `programs` events. What an event says that is not as it should be is passed over and counted. */
export class ToldPrograms {
  readonly #kept = new Map<string, LearntProgram>();
  /** Each list of groups once, by its names: one may be longer than all else of a program, and most have the same. */
  readonly #lists = new Map<string, GroupList>();
  #malformed = 0;
  #notCounted = 0;

  /** Takes a line of an agent's output. `full`: it holds more than can be kept. */
  take(line: unknown): 'programs' | 'other' | 'full' {
    if ((Object(line) as { readonly event?: unknown }).event !== 'programs') return 'other';
    const { data: event } = ProgramsEvent.safeParse(line);
    const [container] = event?.workloads ?? [];
    if (event === undefined || container === undefined) {
      this.#malformed += 1;
      return 'programs';
    }
    const { name, namespace, pod } = container;
    const place = { ...(namespace !== undefined && { namespace }), workload: pod ?? name, container: name };
    const list = this.#listOf(event.groups.toSorted());
    const at = new Date(event.time).toISOString();
    this.#notCounted += event.notCounted;
    for (const one of event.programs) {
      const { data: told } = ToldProgram.safeParse(one);
      if (told === undefined) this.#malformed += 1;
      else if (!this.#keep({ ...place, ...exactly(told) }, list, at)) return 'full';
    }
    return 'programs';
  }

  /** Programs, and parts of events, that could not be read. */
  get malformed(): number {
    return this.#malformed;
  }

  /** Runs of programs of which agents say only that they were. */
  get notCounted(): number {
    return this.#notCounted;
  }

  /** All that was told. */
  programs(): readonly LearntProgram[] {
    return [...this.#kept.values()];
  }

  #listOf(groups: readonly string[]): GroupList {
    const text = JSON.stringify(groups);
    const known = this.#lists.get(text) ?? { number: this.#lists.size, groups };
    this.#lists.set(text, known);
    return known;
  }

  #keep({ count, ...same }: Kept, { number, groups }: GroupList, at: string): boolean {
    const { namespace, workload, container, executable, user, fromImage, verdict } = same;
    const key = JSON.stringify([namespace, workload, container, number, executable, user, fromImage, verdict]);
    const known = this.#kept.get(key);
    if (known === undefined && this.#kept.size >= MAX_PROGRAMS) return false;
    this.#kept.set(key, {
      ...same,
      groups,
      count: count + (known?.count ?? 0),
      firstSeen: known === undefined || at < known.firstSeen ? at : known.firstSeen,
      lastSeen: known === undefined || at > known.lastSeen ? at : known.lastSeen,
    });
    return true;
  }
}

function exactly({ user, fromImage, ...program }: z.output<typeof ToldProgram>) {
  return { ...program, ...(user !== undefined && { user }), ...(fromImage !== undefined && { fromImage }) };
}
