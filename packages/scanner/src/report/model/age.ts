const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days from a time (ISO 8601) to `now`; undefined where the text is no time, 0 where it lies ahead. */
export function ageInDays(time: string, now: number): number | undefined {
  const then = Date.parse(time);
  return Number.isNaN(then) ? undefined : Math.max(0, Math.floor((now - then) / DAY_MS));
}

/** `2026-11-25T20:40:19Z`: a moment in whole seconds, as SPDX, CycloneDX and OpenVEX take it. */
export function isoSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
