import { DELIVERED, failedForGood, failedForNow, type SendOutcome } from '../sink.ts';
import type { PostAnswer } from './post.ts';

/** Longer, a receiver is rather not waited for. */
const LONGEST_WAIT_MS = 60 * 60_000;

/** What an answer means: 408, 425, 429 and all from 500 on may pass, anything else but success needs a person. */
export function outcomeOf({ status, said, retryAfter }: PostAnswer, now: number): SendOutcome {
  if (status >= 200 && status < 300) return DELIVERED;
  const problem = `it answered with status ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 300 && status < 400) return failedForGood(`${problem}; redirects are not followed`);
  if (status >= 500 || [408, 425, 429].includes(status)) return failedForNow(problem, waitOf(retryAfter, now));
  return failedForGood(problem);
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. */
function waitOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}
