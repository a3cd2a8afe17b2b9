import { isName, RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import { seenAt, WatchedSubject } from '../event/watched-subject.ts';
import type { FlowEnd } from '../flow/flow.ts';
import type { ProgramObservation, ProgramPlace } from './program.ts';

/** Of one event: what is more comes in another. */
export const MAX_PROGRAMS_OF_EVENT = 256;
/** The kernel's bound of a path. */
const MAX_PATH = 4_096;
const MAX_USER = 2 ** 32 - 1;
/** They are kept with each program: more would make of one event what fills a disk. */
const MAX_GROUPS = 32;

const ToldProgram = z.object({
  executable: z.string().max(MAX_PATH).startsWith('/'),
  user: z.int().min(0).max(MAX_USER).optional(),
  fromImage: z.boolean().optional(),
  verdict: z.enum(RULE_VERDICTS),
  count: z.int().nonnegative(),
});

const ProgramsEvent = WatchedSubject.extend({
  programs: z.array(z.unknown()),
  notCounted: z.int().nonnegative().default(0),
});

/** What an event says of programs. */
export interface ProgramReport {
  /** When they were last seen. */
  readonly at: string;
  /** Who runs them, and the groups that select it, the first by name; absent where the event does not say so. */
  readonly local?: { readonly place: ProgramPlace; readonly groups: readonly string[] };
  readonly programs: readonly ProgramObservation[];
  /** Runs of programs that the agent had no room to tell apart. */
  readonly notCounted: number;
  /** What of it is not understood. */
  readonly malformed: number;
}

/**
 * Reads what an agent says of programs; nothing where an event says nothing of them. Whatever it sent, what is well-formed is
 * taken. `endOf` knows what runs the container that an event is about.
 */
export function observePrograms(
  document: unknown,
  receivedAt: string,
  endOf: (subject: WatchedSubject) => FlowEnd,
): ProgramReport | undefined {
  const { event, time } = Object(document) as { readonly event?: unknown; readonly time?: unknown };
  if (event !== 'programs') return undefined;
  const at = seenAt(time, receivedAt);
  const read = ProgramsEvent.safeParse(document).data;
  const [container] = read?.workloads ?? [];
  const end = read === undefined ? undefined : endOf(read);
  if (read === undefined || container === undefined || end?.kind !== 'workload') {
    return { at, programs: [], notCounted: 0, malformed: 1 };
  }
  const { namespace, name: workload } = end;
  const programs = read.programs.slice(0, MAX_PROGRAMS_OF_EVENT).flatMap((one) => {
    const program = ToldProgram.safeParse(one).data;
    return program === undefined ? [] : [observed(program)];
  });
  return {
    at,
    local: {
      place: { ...(namespace !== undefined && { namespace }), workload, container: container.name },
      groups: groupsOf(read),
    },
    programs,
    notCounted: read.notCounted,
    malformed: read.programs.length - programs.length,
  };
}

function observed({ user, fromImage, ...program }: z.output<typeof ToldProgram>): ProgramObservation {
  return { ...program, ...(user !== undefined && { user }), ...(fromImage !== undefined && { fromImage }) };
}

function groupsOf({ groups }: WatchedSubject): readonly string[] {
  return [...new Set(groups)].filter(isName).toSorted().slice(0, MAX_GROUPS);
}
