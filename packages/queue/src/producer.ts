import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { QueueConfig } from './config.ts';
import { asQueueError, connectProducer } from './connection/connect.ts';
import { QueueError } from './error.ts';
import type { JobContract } from './job/contract.ts';
import { isPermanent } from './job/failure.ts';
import { CONTRACTS } from './job/jobs.ts';

/** What became of a wish for a job. `dead`: it failed for good before, and waits for a person. */
export type Enqueued = 'queued' | 'already-queued' | 'dead';

export interface DeadLetter {
  readonly queue: string;
  readonly key: string;
  readonly data: unknown;
  /** `permanent: CODE: message`, or without the first word where the tries were used up. */
  readonly reason: string;
  readonly attempts: number;
  readonly failedAt: string;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/** Half of each pause is random: what failed together does not come back together. */
const JITTER = 0.5;
/** Dead letters are kept for a person, not for ever. */
const KEEP_DEAD = { age: 14 * 24 * 3600, count: 10_000 };
/** The largest job has 2,000 keys of at most 1 KB; anything beyond has something in it that does not belong there. */
const MAX_JOB_BYTES = 4 * 1024 * 1024;

/** Begins the name of a schedule; the key of its job follows. */
const SCHEDULE = 'every-';

/** Puts jobs into queues, looks after them, and fails fast when it cannot. */
export class Producer {
  readonly #config: QueueConfig;
  readonly #redis: Redis;
  readonly #queues: ReadonlyMap<string, Queue>;

  private constructor(config: QueueConfig, redis: Redis, queues: ReadonlyMap<string, Queue>) {
    this.#config = config;
    this.#redis = redis;
    this.#queues = queues;
  }

  /** Connects, or throws a `QueueError`. `onError` hears of what goes wrong between calls. */
  static async open(config: QueueConfig, onError: (error: Error) => void = () => undefined): Promise<Producer> {
    const redis = await connectProducer(config, onError);
    const queues = CONTRACTS.map(({ queue: name }) => {
      const queue = new Queue(name, { connection: redis, prefix: config.prefix });
      queue.on('error', onError);
      return [name, queue] as const;
    });
    return new Producer(config, redis, new Map(queues));
  }

  /**
   * Asks for a job. One with the same key that waits or runs is the same job; one that used up its tries starts anew;
   * one that failed for good stays dead.
   */
  enqueue<Data>(contract: JobContract<Data>, data: Data): Promise<Enqueued> {
    return this.#ask(async () => {
      const parsed = parse(contract, data);
      const queue = this.#queue(contract.queue);
      const key = contract.keyOf(parsed);
      const before = await queue.getJob(key);
      if (before !== undefined) {
        const state = await before.getState();
        if (state !== 'failed' && state !== 'unknown') return 'already-queued';
        if (isPermanent(before.failedReason ?? '')) return 'dead';
        await before.remove();
      }
      await queue.add(contract.queue, parsed, {
        jobId: key,
        attempts: contract.attempts,
        backoff: { type: 'exponential', delay: contract.firstRetryMs, jitter: JITTER },
        // What was done is in the store; a key that is free again can be asked for again.
        removeOnComplete: true,
        removeOnFail: KEEP_DEAD,
        sizeLimit: MAX_JOB_BYTES,
      });
      return 'queued';
    });
  }

  /** Asks for a job again and again. The same schedule replaces itself; 0 ends it. */
  repeat<Data>(contract: JobContract<Data>, data: Data, everyMs: number): Promise<void> {
    return this.#ask(async () => {
      const parsed = parse(contract, data);
      const queue = this.#queue(contract.queue);
      const schedule = `${SCHEDULE}${contract.keyOf(parsed)}`;
      if (everyMs === 0) {
        await queue.removeJobScheduler(schedule);
        return;
      }
      const opts = { attempts: contract.attempts, removeOnComplete: true, removeOnFail: KEEP_DEAD };
      const backoff = { type: 'exponential', delay: contract.firstRetryMs, jitter: JITTER };
      await queue.upsertJobScheduler(
        schedule,
        { every: everyMs },
        { name: contract.queue, data: parsed, opts: { ...opts, backoff } },
      );
    });
  }

  /** Keys of the jobs of a queue that are asked for again and again. */
  repeated({ queue }: Pick<JobContract<never>, 'queue'>): Promise<ReadonlySet<string>> {
    return this.#ask(async () => {
      const schedules = await this.#queue(queue).getJobSchedulers();
      return new Set(schedules.map(({ key }) => key.slice(SCHEDULE.length)));
    });
  }

  /** Takes a waiting job away, or asks whoever runs it to stop. */
  cancel<Data>(contract: JobContract<Data>, key: string): Promise<'removed' | 'asked' | 'absent'> {
    return this.#ask(async () => {
      const job = await this.#queue(contract.queue).getJob(key);
      if (job === undefined) return 'absent';
      if (await job.isActive()) {
        await this.#redis.publish(cancelChannel(this.#config, contract.queue), key);
        return 'asked';
      }
      await job.remove();
      return 'removed';
    });
  }

  /** How many jobs of a queue there are, by what they wait for. */
  counts({ queue }: Pick<JobContract<never>, 'queue'>): Promise<QueueCounts> {
    return this.#ask(async () => {
      const states = ['wait', 'active', 'delayed', 'failed'] as const;
      const { wait = 0, active = 0, delayed = 0, failed = 0 } = await this.#queue(queue).getJobCounts(...states);
      return { waiting: wait, active, delayed, failed };
    });
  }

  /** Jobs that failed for good, newest first. */
  deadLetters<Data>(contract: JobContract<Data>, limit = 100): Promise<readonly DeadLetter[]> {
    return this.#ask(async () => {
      const jobs = await this.#queue(contract.queue).getFailed(0, limit - 1);
      return jobs.map((job) => ({
        queue: contract.queue,
        key: job.id ?? '',
        data: job.data as unknown,
        reason: job.failedReason ?? '',
        attempts: job.attemptsMade,
        failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
      }));
    });
  }

  /** Gives a dead job all its tries again. */
  revive<Data>(contract: JobContract<Data>, key: string): Promise<'queued' | 'absent'> {
    return this.#ask(async () => {
      const job = await this.#queue(contract.queue).getJob(key);
      if (job === undefined || !(await job.isFailed())) return 'absent';
      await job.remove();
      await this.enqueue(contract, contract.schema.parse(job.data));
      return 'queued';
    });
  }

  async close(): Promise<void> {
    for (const queue of this.#queues.values()) await queue.close();
    this.#redis.disconnect();
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new QueueError('MALFORMED_JOB', `there is no queue ${JSON.stringify(name)}`);
    return queue;
  }

  async #ask<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      throw asQueueError(cause, this.#config);
    }
  }
}

function parse<Data>(contract: JobContract<Data>, data: Data): Data {
  const parsed = contract.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new QueueError('MALFORMED_JOB', {
    what: `a job for ${contract.queue} is malformed`,
    why: z.prettifyError(parsed.error),
  });
}

/** Where a consumer listens for keys to cancel. */
export function cancelChannel({ prefix }: QueueConfig, queue: string): string {
  return `${prefix}:cancel:${queue}`;
}
