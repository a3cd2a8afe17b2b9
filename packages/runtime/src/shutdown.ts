import type { Logger } from 'pino';

/** What a shutdown needs of a process; `process` is one. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface ShutdownOptions {
  readonly logger?: Pick<Logger, 'info' | 'error'>;
  readonly signals?: SignalSource;
  /** Ends the process at once; called on a second signal and when closing takes too long. */
  readonly force?: (exitCode: number) => void;
  /** What closing may take before the process ends all the same. */
  readonly timeoutMs?: number;
}

export interface Shutdown {
  /** Aborted as soon as the process is asked to end. */
  readonly signal: AbortSignal;
  /** Has a closer run at the end. The last registered runs first: what was started last depends on what was before. */
  onClose(name: string, close: () => void | Promise<void>): void;
  /** Starts the end; later calls return the same promise. Resolves with the names of the closers that failed. */
  close(reason: string): Promise<readonly string[]>;
  /** Resolves when everything is closed. */
  readonly done: Promise<readonly string[]>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** By convention 128 + SIGINT: ended by hand. */
const FORCED_EXIT_CODE = 130;

/** Ends a process in order: SIGINT and SIGTERM run the closers one after the other, a second signal ends it at once. */
export function createShutdown(options: ShutdownOptions = {}): Shutdown {
  const { logger, signals = process, force = (code) => process.exit(code), timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const closers: { readonly name: string; readonly close: () => void | Promise<void> }[] = [];
  const controller = new AbortController();
  const { promise: done, resolve } = Promise.withResolvers<readonly string[]>();
  let closing: Promise<readonly string[]> | undefined;

  const onSignal = (signal: NodeJS.Signals): void => {
    if (closing === undefined) void close(signal);
    else force(FORCED_EXIT_CODE);
  };
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);

  function close(reason: string): Promise<readonly string[]> {
    closing ??= run(reason);
    return closing;
  }

  async function run(reason: string): Promise<readonly string[]> {
    logger?.info({ reason }, 'shutting down');
    controller.abort(new Error(`shutting down: ${reason}`));
    const timer = setTimeout(() => {
      logger?.error({ timeoutMs }, 'shutdown takes too long, ending now');
      force(1);
    }, timeoutMs);
    const failed: string[] = [];
    // One by one: a closer may rely on what was registered before it.
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        failed.push(closer.name);
        logger?.error({ closer: closer.name, err: error }, 'a part did not close');
      }
    }
    clearTimeout(timer);
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
    resolve(failed);
    return failed;
  }

  return {
    signal: controller.signal,
    onClose: (name, closer) => void closers.push({ name, close: closer }),
    close,
    done,
  };
}
