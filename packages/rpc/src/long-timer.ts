/** The longest a timer of Node can be set to, 24.8 days: certificates live longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `then` after a time of any length. Gives what takes that back. */
export function afterLong(ms: number, then: () => void): () => void {
  let left = ms;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const part = Math.min(Math.max(0, left), MAX_TIMER_MS);
    left -= part;
    timer = setTimeout(() => (left > 0 ? arm() : then()), part);
  };
  arm();
  return () => clearTimeout(timer);
}
