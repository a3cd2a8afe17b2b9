/** The first wait after a failure, on average; long enough that a thousand agents do not fall over a server that restarts. */
const FIRST_MS = 500;
/** The longest wait: how late an agent is once the control plane is back. */
const LONGEST_MS = 30_000;

/** How long to wait before the next attempt: doubling, and different for each agent (half to all of it, by chance). */
export function backOffMs(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return Math.round(whole * (0.5 + random() / 2));
}
