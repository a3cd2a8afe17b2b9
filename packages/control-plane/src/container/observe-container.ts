import { isName } from '@bulkhead/core';
import { z } from 'zod';
import { seenAt, WatchedSubject } from '../event/watched-subject.ts';
import type { FlowEnd } from '../flow/flow.ts';
import type { ToldContainer } from './container.ts';

/** Of one event: what is more comes in another. */
export const MAX_SEEN_OF_EVENT = 256;
/** They are kept with all that is seen: more would make of one event what fills a disk. */
const MAX_GROUPS = 32;

const Lost = z.object({ notCounted: z.int().nonnegative().default(0) });

/** What an event says of what a container did. */
export interface ContainerReport<Observation> {
  /** When it was last seen. */
  readonly at: string;
  /** Whose doing it is; absent where the event does not say so. */
  readonly local?: ToldContainer;
  readonly seen: readonly Observation[];
  /** How often something was done that the agent had no room to tell apart. */
  readonly notCounted: number;
  /** What of it is not understood. */
  readonly malformed: number;
}

/**
 * Reads an event that is called as the list that it has; nothing of other events. Whatever an agent sent, what is well-formed is
 * taken. `endOf` knows what runs the container that an event is about; `read` gives nothing for what it does not understand.
 */
export function observeContainer<Observation>(
  event: string,
  document: unknown,
  receivedAt: string,
  endOf: (subject: WatchedSubject) => FlowEnd,
  read: (told: unknown) => Observation | undefined,
): ContainerReport<Observation> | undefined {
  const told = Object(document) as Readonly<Record<string, unknown>>;
  if (told['event'] !== event) return undefined;
  const at = seenAt(told['time'], receivedAt);
  const subject = WatchedSubject.safeParse(document).data;
  const lost = Lost.safeParse(document).data;
  const list = told[event];
  const [container] = subject?.workloads ?? [];
  const end = subject === undefined ? undefined : endOf(subject);
  if (!Array.isArray(list) || lost === undefined || container === undefined || end?.kind !== 'workload') {
    return { at, seen: [], notCounted: 0, malformed: 1 };
  }
  const { namespace, name: workload } = end;
  const seen = list.slice(0, MAX_SEEN_OF_EVENT).flatMap((one: unknown) => read(one) ?? []);
  return {
    at,
    local: {
      place: { ...(namespace !== undefined && { namespace }), workload, container: container.name },
      groups: groupsOf(subject),
    },
    seen,
    notCounted: lost.notCounted,
    malformed: list.length - seen.length,
  };
}

function groupsOf(subject: WatchedSubject | undefined): readonly string[] {
  return [...new Set(subject?.groups)].filter(isName).toSorted().slice(0, MAX_GROUPS);
}
