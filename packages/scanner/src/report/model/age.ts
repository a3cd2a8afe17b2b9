const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days from a time (ISO 8601) to `now`; undefined where the text is no time, 0 where it lies ahead. */
export function ageInDays(time: string, now: number): number | undefined {
  const then = Date.parse(time);
  return Number.isNaN(then) ? undefined : Math.max(0, Math.floor((now - then) / DAY_MS));
}

/** Advisories this old miss what was published since: worth a word. */
export const OLD_DAYS = 7;

/**
 * How old, in days, the newest advisory of a mirror is that was asked lately and is late itself; undefined where it is not, or
 * where it was not asked for longer than that.
 */
export function lateByDays(
  { checkedAt, newest }: { readonly checkedAt: string; readonly newest: string },
  now: number,
): number | undefined {
  const age = ageInDays(newest, now) ?? 0;
  return (ageInDays(checkedAt, now) ?? 0) <= OLD_DAYS && age > OLD_DAYS ? age : undefined;
}

/** `2026-11-25T20:40:19Z`: a moment in whole seconds, as SPDX, CycloneDX and OpenVEX take it. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
