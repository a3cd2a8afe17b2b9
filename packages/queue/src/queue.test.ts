import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@bulkhead/core';
import { type RedisServer, redisMissing, startRedis } from '@bulkhead/lab';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QueueConfig } from './config.ts';
import { type Consumer, type ConsumerOptions, type JobHandler, startConsumer } from './consumer.ts';
import type { JobContract } from './job/contract.ts';
import { SCAN_IMAGE, type ScanImageJob } from './job/jobs.ts';
import { Producer } from './producer.ts';

const missing = redisMissing();
if (missing !== undefined) process.stderr.write(`queues are not tested: ${missing}\n`);

/** The contract of the product, with pauses that a test can wait for. */
const SCAN: JobContract<ScanImageJob> = { ...SCAN_IMAGE, attempts: 3, firstRetryMs: 10 };

class ScanTrouble extends CodedError<'LAYER_CORRUPT' | 'REGISTRY_UNREACHABLE'> {}

describe.skipIf(missing !== undefined)('the queues', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ durable: true });
  });
  afterAll(() => server.remove());

  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  let number = 0;
  /** Queues of its own for each test: names begin differently. */
  function config(): QueueConfig {
    number += 1;
    return QueueConfig.parse({ host: server.host, port: server.port, prefix: `test-${number}` });
  }

  async function producerOf(where: QueueConfig): Promise<Producer> {
    const producer = await Producer.open(where);
    open.push(() => producer.close());
    return producer;
  }

  async function consume(
    where: QueueConfig,
    handler: JobHandler<ScanImageJob>,
    options: ConsumerOptions = {},
  ): Promise<Consumer> {
    const consumer = await startConsumer(where, SCAN, handler, options);
    open.push(() => consumer.stop(0));
    return consumer;
  }

  it('do a job that was asked for', async () => {
    const where = config();
    const producer = await producerOf(where);
    const { promise, resolve } = Promise.withResolvers<ScanImageJob>();
    await consume(where, async (job) => resolve(job));

    expect(await producer.enqueue(SCAN, image(1))).toBe('queued');

    expect(await promise).toEqual(image(1));
  });

  it('have one job for a digest, however often and from wherever it is asked for', async () => {
    const where = config();
    const producer = await producerOf(where);

    const outcomes = [
      await producer.enqueue(SCAN, image(1)),
      await producer.enqueue(SCAN, image(1)),
      await producer.enqueue(SCAN, { ...image(1), registry: 'mirror' }),
    ];

    expect(outcomes).toEqual(['queued', 'already-queued', 'already-queued']);
    expect(await producer.counts(SCAN)).toMatchObject({ waiting: 1 });
  });

  it('can be asked again for what was done', async () => {
    const where = config();
    const producer = await producerOf(where);
    let done = 0;
    await consume(where, async () => void (done += 1));

    await producer.enqueue(SCAN, image(1));
    await until(() => done === 1);
    await until(async () => (await producer.counts(SCAN)).active === 0);

    expect(await producer.enqueue(SCAN, image(1))).toBe('queued');
    await until(() => done === 2);
  });

  it('try again what failed, and keep what failed for good as a dead letter', async () => {
    const where = config();
    const producer = await producerOf(where);
    const failures: boolean[] = [];
    await consume(
      where,
      async () => {
        throw new ScanTrouble('REGISTRY_UNREACHABLE', 'no route to the registry');
      },
      { onFailure: ({ dead }) => failures.push(dead) },
    );

    await producer.enqueue(SCAN, image(1));
    await until(async () => (await producer.deadLetters(SCAN)).length === 1);

    expect(failures).toEqual([false, false, true]);
    expect(await producer.deadLetters(SCAN)).toMatchObject([
      {
        key: SCAN.keyOf(image(1)),
        data: image(1),
        attempts: 3,
        reason: 'REGISTRY_UNREACHABLE: no route to the registry',
      },
    ]);
  });

  it('do not try again what trying does not mend, and say so to whoever asks again', async () => {
    const where = config();
    const producer = await producerOf(where);
    let tries = 0;
    await consume(
      where,
      async () => {
        tries += 1;
        throw new ScanTrouble('LAYER_CORRUPT', 'the layer is no archive');
      },
      { isPermanent: (error) => error instanceof ScanTrouble && error.code === 'LAYER_CORRUPT' },
    );
    await producer.enqueue(SCAN, image(1));
    await until(async () => (await producer.deadLetters(SCAN)).length === 1);

    expect(tries).toBe(1);
    expect(await producer.enqueue(SCAN, image(1))).toBe('dead');

    expect(await producer.revive(SCAN, SCAN.keyOf(image(1)))).toBe('queued');
    await until(() => tries === 2);
    expect(await producer.revive(SCAN, 'absent')).toBe('absent');
  });

  it('start anew what had used up its tries on a trouble that may be over', async () => {
    const where = config();
    const producer = await producerOf(where);
    let down = true;
    let done = 0;
    await consume(where, async () => {
      if (down) throw new ScanTrouble('REGISTRY_UNREACHABLE', 'down');
      done += 1;
    });
    await producer.enqueue(SCAN, image(1));
    await until(async () => (await producer.deadLetters(SCAN)).length === 1);

    down = false;
    expect(await producer.enqueue(SCAN, image(1))).toBe('queued');

    await until(() => done === 1);
    expect(await producer.deadLetters(SCAN)).toEqual([]);
  });

  it('take no malformed job, and bury one that somebody else put there', async () => {
    const where = config();
    const producer = await producerOf(where);
    const hostile = { ...image(1), digest: 'sha256:../../etc/passwd' };
    await expect(producer.enqueue(SCAN, hostile)).rejects.toMatchObject({ code: 'MALFORMED_JOB' });
    const withSecret = { ...image(1), password: 'x' };
    await expect(producer.enqueue(SCAN, withSecret)).rejects.toMatchObject({ code: 'MALFORMED_JOB' });

    const foreign = new Queue(SCAN.queue, {
      connection: { host: server.host, port: server.port },
      prefix: where.prefix,
    });
    await foreign.add('scan.image', hostile, { attempts: 5 });
    await foreign.close();
    await consume(where, () => Promise.reject(new Error('must not be called')));

    await until(async () => (await producer.deadLetters(SCAN)).length === 1);
    expect(await producer.deadLetters(SCAN)).toMatchObject([
      { attempts: 1, reason: expect.stringContaining('permanent: MALFORMED_JOB') },
    ]);
  });

  it('cancel a job that runs, from another process, and one that waits', async () => {
    const where = config();
    const producer = await producerOf(where);
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const failures: unknown[] = [];
    await consume(
      where,
      async (_, { signal }) => {
        start();
        await sleep(60_000, undefined, { signal });
      },
      { onFailure: ({ error }) => failures.push(error) },
    );
    await producer.enqueue(SCAN, image(1));
    await started;
    await producer.enqueue(SCAN, image(2));

    expect(await producer.cancel(SCAN, SCAN.keyOf(image(2)))).toBe('removed');
    expect(await producer.cancel(SCAN, SCAN.keyOf(image(1)))).toBe('asked');

    await until(() => failures.length === 1);
    expect(failures).toMatchObject([{ code: 'JOB_CANCELLED' }]);
    expect(await producer.cancel(SCAN, SCAN.keyOf(image(3)))).toBe('absent');
    await until(async () => (await producer.counts(SCAN)).failed === 1);
    expect(await producer.enqueue(SCAN, image(1))).toBe('queued');
  });

  it('give a job back when the process ends, without counting it as a try', async () => {
    const where = config();
    const producer = await producerOf(where);
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const first = await startConsumer(where, SCAN, async (_, { signal }) => {
      start();
      await sleep(60_000, undefined, { signal });
    });
    await producer.enqueue(SCAN, image(1));
    await started;

    await first.stop(20);

    const { promise: attempt, resolve } = Promise.withResolvers<number>();
    await consume(where, async (_, context) => resolve(context.attempt));
    expect(await attempt).toBe(1);
  });

  it('finish what runs before they stop', async () => {
    const where = config();
    const producer = await producerOf(where);
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    let finished = false;
    const consumer = await startConsumer(where, SCAN, async () => {
      start();
      await sleep(200);
      finished = true;
    });
    await producer.enqueue(SCAN, image(1));
    await started;

    await consumer.stop(30_000);

    expect(finished).toBe(true);
    expect(await producer.counts(SCAN)).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  it('show progress', async () => {
    const where = config();
    const producer = await producerOf(where);
    const { promise: go, resolve: release } = Promise.withResolvers<void>();
    await consume(where, async (_, { progress }) => {
      progress(3, 10);
      await go;
    });
    await producer.enqueue(SCAN, image(1));
    const queue = new Queue(SCAN.queue, { connection: { host: server.host, port: server.port }, prefix: where.prefix });
    open.push(() => queue.close());

    const progress = async (): Promise<unknown> => (await queue.getJob(SCAN.keyOf(image(1))))?.progress;

    await until(async () => (await progress()) !== 0);

    expect(await progress()).toEqual({ done: 3, of: 10 });
    release();
  });

  it('repeat a job until the schedule is taken away', async () => {
    const where = config();
    const producer = await producerOf(where);
    let done = 0;
    await consume(where, async () => void (done += 1));

    await producer.repeat(SCAN, image(1), 50);
    await producer.repeat(SCAN, image(1), 50);
    await until(() => done >= 3);
    expect(await producer.repeated(SCAN)).toEqual(new Set([SCAN.keyOf(image(1))]));
    await producer.repeat(SCAN, image(1), 0);
    expect(await producer.repeated(SCAN)).toEqual(new Set());

    await until(async () => (await producer.counts(SCAN)).delayed === 0);
    expect(await producer.counts(SCAN)).toMatchObject({ waiting: 0, failed: 0 });
  });

  it('fail fast for whoever asks while the server is away, and go on when it is back, with every job', async () => {
    const own = await startRedis({ durable: true });
    open.push(() => own.remove());
    const where = QueueConfig.parse({ host: own.host, port: own.port });
    const producer = await producerOf(where);
    const done = new Set<string>();
    await producer.enqueue(SCAN, image(1));

    await own.crash();
    await expect(producer.enqueue(SCAN, image(2))).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
    const consuming = consume(where, async (job) => void done.add(job.digest), { lockMs: 1_000 });
    await own.restart();
    await consuming;

    await until(() => done.has(image(1).digest));
    await until(async () => (await producer.enqueue(SCAN, image(2)).catch(() => undefined)) === 'queued');
    await until(() => done.has(image(2).digest));
  });

  it('say where nobody answers', async () => {
    const where = QueueConfig.parse({ host: '127.0.0.1', port: 1 });

    await expect(Producer.open(where)).rejects.toMatchObject({
      code: 'QUEUE_UNREACHABLE',
      fix: expect.stringContaining('check that Redis runs'),
    });
  });
});

function image(index: number): ScanImageJob {
  return { registry: 'hub', repository: 'shop/web', digest: `sha256:${index.toString(16).padStart(64, '0')}` };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const over = performance.now() + 50_000;
  while (!(await holds())) {
    if (performance.now() > over) throw new Error('it does not happen');
    await sleep(20);
  }
}
