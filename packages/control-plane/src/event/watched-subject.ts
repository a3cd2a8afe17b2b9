import { z } from 'zod';
import { timeOf } from './observe.ts';

const MAX_NAME = 253;
const MAX_GROUPS = 1_024;

/** Of what runs somewhere an agent tells what it was seen to do. */
export const WatchedSubject = z.object({
  netns: z.string().min(1),
  workloads: z
    .array(z.object({ name: z.string().min(1), namespace: z.string().optional(), pod: z.string().optional() }))
    .min(1),
  groups: z.array(z.string().min(1).max(MAX_NAME)).max(MAX_GROUPS).catch([]),
});
/** Whose doing an event is about. */
export type WatchedSubject = z.output<typeof WatchedSubject>;

/** When something was seen, as an agent says. A clock that is ahead would have it be the latest for ever. */
export function seenAt(time: unknown, receivedAt: string): string {
  const told = timeOf(time) ?? receivedAt;
  return told < receivedAt ? told : receivedAt;
}
