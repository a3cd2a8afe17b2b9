import { formatCount } from '@bulkhead/core';

const HOUR_MS = 3_600_000;
/** What happens once a day is in what was watched for as long. */
const LEAST_HOURS = 24;

/** From when to when something was seen. */
export class Span {
  #first = '';
  #last = '';

  /** Takes in what was seen from one time to another, ISO 8601 in UTC. */
  add({ firstSeen, lastSeen }: { readonly firstSeen: string; readonly lastSeen: string }): void {
    if (this.#first === '' || firstSeen < this.#first) this.#first = firstSeen;
    if (lastSeen > this.#last) this.#last = lastSeen;
  }

  /** In words. */
  get text(): string {
    return `from ${minuteOf(this.#first)} to ${minuteOf(this.#last)} UTC (${this.length})`;
  }

  /** Whether what happens daily may be missing. */
  get isShort(): boolean {
    return this.#ms < LEAST_HOURS * HOUR_MS;
  }

  /** `45 minutes`, `7 days`. */
  get length(): string {
    const hours = Math.floor(this.#ms / HOUR_MS);
    if (hours < 1) return formatCount(Math.floor(this.#ms / 60_000), 'minute');
    return hours < 48 ? formatCount(hours, 'hour') : formatCount(Math.floor(hours / 24), 'day');
  }

  get #ms(): number {
    return Date.parse(this.#last) - Date.parse(this.#first);
  }
}

/** `2026-11-27 08:59` of an ISO date. */
export function minuteOf(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
