import { compareText } from '@bulkhead/core';
import type { Bound } from '../rule/bound.ts';
import { learntName } from './document-name.ts';

/** What is to be known of documents of the same kind that are there. `what`: as one is called. */
export function besideNotes(what: string, group: string, documents: readonly Bound[]): readonly string[] {
  const own = learntName(group);
  const others = documents.filter(({ name, groups }) => groups.includes(group) && name !== own).map(({ name }) => name);
  return [
    ...(documents.some(({ name }) => name === own) ? [`replaces the ${what} ${own} that is there`] : []),
    ...(others.length > 0
      ? [`beside ${others.toSorted(compareText).join(', ')}: what those deny or allow they go on to`]
      : []),
  ];
}
