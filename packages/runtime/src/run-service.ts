import { createLineWriter } from './line-writer.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';

/** What a service has at hand while it runs. */
export interface ServiceProcess<Event extends object> {
  readonly logger: Logger;
  readonly shutdown: Shutdown;
  /** Says something on standard output, as one JSON object a line with the time. */
  readonly emit: (event: Event) => void;
}

export interface ServiceLife<Event extends object> {
  readonly name: string;
  readonly logLevel: LogLevel;
  /** What the service may take to end, in milliseconds, before connections and files are closed. */
  readonly graceMs: number;
  /** The last thing it says: which of its parts did not end well. */
  readonly stopped: (problems: readonly string[]) => Event;
  /** Resolves when the service does its work. */
  readonly start: (process: ServiceProcess<Event>) => Promise<void>;
}

/** Beyond the time of grace: for connections and files. */
const CLOSE_MS = 10_000;

/** Runs a service until it is told to end. Resolves with the exit code; throws when it cannot start. */
export async function runService<Event extends object>(life: ServiceLife<Event>): Promise<number> {
  const logger = createLogger(life.name, life.logLevel);
  const lines = createLineWriter(process.stdout);
  const emit = (event: Event): void => void lines.write({ at: new Date().toISOString(), ...event });
  const shutdown = createShutdown({ logger, timeoutMs: life.graceMs + CLOSE_MS });
  try {
    await life.start({ logger, emit, shutdown });
  } catch (error) {
    // Told to end while it waited for something: that is an end, not a failure.
    const stopped = shutdown.signal.aborted;
    await shutdown.close('failed');
    if (!stopped) throw error;
  }
  const problems = await shutdown.done;
  emit(life.stopped(problems));
  await lines.drained();
  return problems.length > 0 ? 1 : 0;
}
