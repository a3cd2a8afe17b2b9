/** Who speaks, in every format that asks for it. */
export const PRODUCT = 'Bulkhead';

/** Names of people's fields in order, of an alert that may lack some. */
export function presentOnly<Key extends string>(
  fields: Readonly<Record<Key, string | number | undefined>>,
): readonly (readonly [Key, string])[] {
  return (Object.entries(fields) as [Key, string | number | undefined][]).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [[key, String(value)] as const],
  );
}
