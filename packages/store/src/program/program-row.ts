import type { ProgramObservation } from '@bulkhead/control-plane';
import type { Insertable } from 'kysely';
import { type SeenIn, seenRow } from '../container/add-seen.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

/** A program as it was seen. */
export function programRow(seen: SeenIn<ProgramObservation>): Insertable<Tables['program']> {
  const { executable, user = null, fromImage, verdict, count } = seen.one;
  const own = {
    executable: keptText(executable),
    user_id: user,
    from_image: fromImage === undefined ? null : Number(fromImage),
    verdict,
  };
  return seenRow(seen, own, count);
}
