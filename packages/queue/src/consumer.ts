import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { QueueConfig } from './config.ts';
import { connectConsumer } from './connection/connect.ts';
import { QueueError } from './error.ts';
import type { JobContract } from './job/contract.ts';
import { reasonOf } from './job/failure.ts';
import { cancelChannel } from './producer.ts';

export interface JobContext {
  /** Aborted when the job is cancelled or the process ends. */
  readonly signal: AbortSignal;
  readonly key: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly isLastAttempt: boolean;
  readonly progress: (done: number, of: number) => void;
}

/** Does one job. May be called again for a job it has done: whatever it does must be the same done twice. */
export type JobHandler<Data> = (data: Data, context: JobContext) => Promise<void>;

export interface ConsumerOptions {
  readonly concurrency?: number;
  /** Whether a failure is one that another try does not mend. */
  readonly isPermanent?: (error: unknown) => boolean;
  /** Hears of every try that failed; `dead` when there is no other. */
  readonly onFailure?: (failure: { readonly key: string; readonly error: unknown; readonly dead: boolean }) => void;
  /** Hears of what goes wrong between jobs; the consumer goes on. */
  readonly onError?: (error: Error) => void;
  /** After this time without a sign of life a job is given to another worker. */
  readonly lockMs?: number;
  /** Ends the waiting for a server that does not answer yet. */
  readonly signal?: AbortSignal;
}

export interface Consumer {
  /**
   * Takes no more jobs and waits for those that run. Those that take longer are aborted and given back to the queue, as
   * if they had not been tried.
   */
  stop(graceMs: number): Promise<void>;
}

/** A worker that was killed leaves its jobs locked for this long. */
const LOCK_MS = 30_000;
/** A job that took this many workers down with it is dead: it is the job. */
const MAX_STALLED = 3;
/** What an aborted handler gets to come to its end before the connection is cut. */
const ABORT_MS = 2_000;

const STOPPING = 'the process ends';
const CANCELLED = 'cancelled';

/** Starts doing the jobs of one queue; resolves once the server answers, however long that takes. */
export async function startConsumer<Data>(
  config: QueueConfig,
  contract: JobContract<Data>,
  handler: JobHandler<Data>,
  options: ConsumerOptions = {},
): Promise<Consumer> {
  const { concurrency = 1, lockMs = LOCK_MS, onError = () => undefined, signal } = options;
  const [redis, listener] = await Promise.all([
    connectConsumer(config, onError, signal),
    connectConsumer(config, onError, signal),
  ]);
  const worker = new Worker<unknown>(
    contract.queue,
    // Three declared parameters and no default: BullMQ passes the signal to such a function only.
    (job, token, aborted) => attempt({ contract, handler, options }, job, token, aborted),
    {
      connection: redis,
      prefix: config.prefix,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: MAX_STALLED,
    },
  );
  worker.on('error', onError);
  listenForCancels(listener, cancelChannel(config, contract.queue), worker, onError);
  return { stop: (graceMs) => stop(worker, [redis, listener], graceMs) };
}

interface Work<Data> {
  readonly contract: JobContract<Data>;
  readonly handler: JobHandler<Data>;
  readonly options: ConsumerOptions;
}

async function attempt<Data>(work: Work<Data>, job: Job<unknown>, token = '', signal = NEVER): Promise<void> {
  const { contract, handler, options } = work;
  const key = job.id ?? '';
  const number = job.attemptsMade + 1;
  const isLastAttempt = number >= (job.opts.attempts ?? 1);
  const context: JobContext = {
    signal,
    key,
    attempt: number,
    isLastAttempt,
    progress: (done, of) => void job.updateProgress({ done, of }).catch(options.onError ?? (() => undefined)),
  };
  try {
    await handler(parse(contract, job.data), context);
  } catch (error) {
    if (signal.aborted && String(signal.reason).includes(STOPPING)) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    const cancelled = signal.aborted && String(signal.reason).includes(CANCELLED);
    const failure = cancelled ? new QueueError('JOB_CANCELLED', 'the job was cancelled') : error;
    const permanent = !cancelled && (isMalformed(failure) || options.isPermanent?.(failure) === true);
    const dead = cancelled || permanent || isLastAttempt;
    options.onFailure?.({ key, error: failure, dead });
    const reason = reasonOf(failure, permanent);
    throw dead ? new UnrecoverableError(reason) : new Error(reason, { cause: error });
  }
}

const NEVER = new AbortController().signal;

function parse<Data>(contract: JobContract<Data>, data: unknown): Data {
  const parsed = contract.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new QueueError('MALFORMED_JOB', {
    what: `a job of ${contract.queue} is malformed`,
    why: z.prettifyError(parsed.error),
  });
}

function isMalformed(error: unknown): boolean {
  return error instanceof QueueError && error.code === 'MALFORMED_JOB';
}

function listenForCancels(redis: Redis, channel: string, worker: Worker, onError: (error: Error) => void): void {
  redis.subscribe(channel).catch(onError);
  redis.on('message', (_, key) => void worker.cancelJob(key, CANCELLED));
}

async function stop(worker: Worker, connections: readonly Redis[], graceMs: number): Promise<void> {
  const closed = worker.close();
  const late = setTimeout(() => worker.cancelAllJobs(STOPPING), graceMs);
  // A handler that does not listen to its signal: its lock ends, and another worker takes the job.
  const tooLate = new Promise<void>((resolve) => {
    setTimeout(resolve, graceMs + ABORT_MS).unref();
  });
  await Promise.race([closed, tooLate]);
  clearTimeout(late);
  for (const connection of connections) connection.disconnect();
}
