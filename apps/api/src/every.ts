import type { Logger, Shutdown } from '@bulkhead/runtime';

/** Work, by what to say where it fails. */
export type Upkeep = Readonly<Record<string, () => Promise<void>>>;

/**
 * Does some things again and again, one after the other, until the process ends. One that fails keeps none of the others from being
 * done.
 */
export function every(ms: number, shutdown: Shutdown, logger: Pick<Logger, 'error'>, upkeep: Upkeep): void {
  let running: Promise<void> | undefined;
  const once = async (): Promise<void> => {
    for (const [failure, work] of Object.entries(upkeep)) {
      if (shutdown.signal.aborted) return;
      await work().catch((error: unknown) => logger.error({ err: error }, failure));
    }
    running = undefined;
  };
  const timer = setInterval(() => {
    running ??= once();
  }, ms);
  shutdown.onClose('upkeep', async () => {
    clearInterval(timer);
    await running;
  });
}
