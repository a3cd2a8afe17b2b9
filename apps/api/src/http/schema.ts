import { MAX_PAGE, ROLES } from '@bulkhead/control-plane';
import { z } from 'zod';

/** Longer than any name of Kubernetes. */
const MAX_NAME = 253;
const MAX_CURSOR = 4_096;

/** Text that is kept in a column: not every database takes NUL and halves of characters. */
export function keepable(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'has characters that cannot be kept');
}

/** A name that is searched for or given. */
export const Name = keepable(MAX_NAME);

/** What every list takes. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100).describe('How many at most.'),
  after: z.string().min(1).max(MAX_CURSOR).optional().describe('The `next` of the portion before.'),
});

/** A portion of a list as it is answered. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item).readonly(),
    next: z.string().optional().describe('Give it as `after` for the next portion; absent at the end.'),
  });
}

/** ISO 8601 with a zone, brought to UTC: stored times are compared as text. */
export const Moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .meta({ type: 'string', format: 'date-time' });

export const Binding = z.strictObject({
  role: z.enum(ROLES),
  namespace: Name.optional().describe('Only there; everywhere if not given.'),
});

/** A JSON object of any content. */
export const AnyObject = z.record(z.string(), z.unknown());
export const StringMap = z.record(z.string(), z.string());

/** An identifier of a row. */
export const RowId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
