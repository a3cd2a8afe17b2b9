import { type OnConflictBuilder, type OnConflictDoNothingBuilder, sql } from 'kysely';
import type { Tables } from '../schema/tables.ts';

/** Adds nothing where the network namespace is cut off already. */
export function unlessHeld(
  conflict: OnConflictBuilder<Tables, 'quarantine'>,
): OnConflictDoNothingBuilder<Tables, 'quarantine'> {
  // Written out: the index of those that hold is only recognised by its very words.
  return conflict.columns(['node', 'netns']).where(sql<boolean>`ended_at is null`).doNothing();
}
