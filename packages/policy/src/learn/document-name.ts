import { createHash } from 'node:crypto';
import { MAX_NAME_LENGTH } from '@bulkhead/core';

const DIGEST_LENGTH = 8;

/** What a document that is learnt for a group is called. */
export function learntName(group: string): string {
  return nameWithin(`${group}-learned`, group);
}

/** Any text as a name: what names cannot hold becomes hyphens. Empty where nothing is left. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** A name that is no longer than names may be; one that is cut ends with a digest of what it stands for. */
export function nameWithin(name: string, meaning: string): string {
  return name.length > 0 && name.length <= MAX_NAME_LENGTH ? name : digestName(name, meaning);
}

/** A name with a digest of what it stands for: the same whatever else is named beside it. */
export function digestName(name: string, meaning: string): string {
  const digest = createHash('sha256').update(meaning).digest('hex').slice(0, DIGEST_LENGTH);
  const room = MAX_NAME_LENGTH - DIGEST_LENGTH - 1;
  return slugOf(`${name.slice(0, room)}-${digest}`);
}

/** Gives each thing its name, and those that would share one a digest each. `taken` are names of others. */
export function distinctNames<Thing>(
  things: readonly Thing[],
  describe: (thing: Thing) => { readonly name: string; readonly meaning: string },
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<Thing, string> {
  const described = things.map((thing) => {
    const { name, meaning } = describe(thing);
    return { thing, meaning, name: nameWithin(name, meaning) };
  });
  const counts = Map.groupBy(described, ({ name }) => name);
  return new Map(
    described.map(({ thing, meaning, name }) => [
      thing,
      taken.has(name) || (counts.get(name)?.length ?? 0) > 1 ? digestName(name, meaning) : name,
    ]),
  );
}
