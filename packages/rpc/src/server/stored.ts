import { isUpTo, type Position } from '../wire/position.ts';
import type { ReceivedBatch } from './from-agent.ts';
import type { EventBatch } from './hub.ts';

/**
 * What of a batch is new after the last stored position, and how many events before it were never sent. Nothing when all of
 * it is stored already. The beginning of an epoch is known (1), its end is not: what is lost there, only the agent can tell.
 */
export function newPart(batch: ReceivedBatch, stored: Position | undefined): EventBatch | undefined {
  if (stored !== undefined && isUpTo(batch, stored)) return undefined;
  const next = stored?.epoch === batch.epoch ? stored.sequence + 1 : 1;
  const known = Math.max(0, next - batch.firstSequence);
  const { epoch, sequence } = batch;
  return {
    epoch,
    sequence,
    firstSequence: batch.firstSequence + known,
    lostBefore: Math.max(0, batch.firstSequence - next),
    events: known === 0 ? batch.events : batch.events.slice(known),
  };
}
