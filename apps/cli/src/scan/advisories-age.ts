import { formatCount, systemClock } from '@bulkhead/core';
import { ageInDays } from '@bulkhead/scanner';

/** How old advisories are that were checked at a time, for people. Nothing where it is no time. */
export function advisoriesAge(checkedAt: string): string | undefined {
  const age = ageInDays(checkedAt, systemClock.now());
  if (age === undefined) return undefined;
  return age === 0 ? 'advisories of today' : `advisories ${formatCount(age, 'day')} old`;
}
