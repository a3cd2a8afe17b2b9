import { type Clock, systemClock } from '@bulkhead/core';
import { CliError } from '../error.ts';

/**
 * When a report says it was made, in milliseconds: SOURCE_DATE_EPOCH where the environment sets it, so that equal scans
 * give equal bytes in every format, else now.
 */
export function createdAt(env: Readonly<Record<string, string | undefined>>, clock: Clock = systemClock): number {
  const text = env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return clock.now();
  // The end of year 9999, the last one ISO 8601 writes with four digits.
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= 253_402_300_799) return seconds * 1000;
  throw new CliError('USAGE', {
    what: `SOURCE_DATE_EPOCH is ${JSON.stringify(text.slice(0, 40))}`,
    why: 'it must be seconds since 1970 as a whole number',
    fix: 'set it right or unset it',
  });
}
