const FIRST_MS = 2_000;
/** Longer waits gain a dead receiver nothing, and keep people waiting for one that is back. */
const LONGEST_MS = 15 * 60_000;

/** Tries of one alert at one sink, for more than an hour; then it waits for a person among the dead letters. */
export const MAX_TRIES = 16;

/**
 * How long to wait after `failures` failed tries, in milliseconds: twice as long each time, and between half and all of
 * that by chance, so that what failed together does not come back together. `random` gives [0, 1).
 */
export function retryDelayMs(failures: number, random: () => number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, Math.min(failures, 32) - 1));
  return Math.round(whole / 2 + (whole / 2) * random());
}
