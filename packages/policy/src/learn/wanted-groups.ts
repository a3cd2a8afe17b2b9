import { compareText, type WorkloadGroup } from '@bulkhead/core';

/** The groups to learn for, by name: those that are asked for, or all that are not in `protect`. */
export function wantedGroups(
  groups: readonly WorkloadGroup[],
  asked: readonly string[] | undefined,
): readonly WorkloadGroup[] {
  return groups
    .filter(({ name, mode }) => (asked === undefined ? mode !== 'protect' : asked.includes(name)))
    .toSorted((a, b) => compareText(a.name, b.name));
}
