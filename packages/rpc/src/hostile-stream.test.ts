import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { status as STATUS } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AgentCredentials } from './client/channel.ts';
import { batchOf, bytesOf, HELLO, RawAgent } from './test-support/raw-agent.ts';
import { numbered, Stand } from './test-support/stand.ts';
import {
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
  MAX_LABELS,
  MAX_MESSAGE_FROM_AGENT,
  MAX_READ_BYTES,
  MAX_WORKLOADS_PER_REPORT,
} from './wire/limits.ts';

const WORKLOAD = {
  id: 'c1',
  name: 'shop',
  namespace: 'default',
  labels: {},
  owners: [],
  addresses: ['10.0.0.1'],
  netns: '/run/netns/shop',
};
const report = (over: object, count = 1): Buffer =>
  bytesOf({
    $case: 'workloads',
    value: { whole: true, present: Array.from({ length: count }, () => ({ ...WORKLOAD, ...over })), gone: [] },
  });
/** A message with one field of raw bytes: field 2 is a batch of events. */
const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
/** -1 as a `uint64` has it, or as whoever casts a negative number writes it. */
const MINUS_ONE = Buffer.from([...Array.from({ length: 9 }, () => 0xff), 0x01]);

let stand: Stand;
let credentials: AgentCredentials;
beforeAll(async () => {
  stand = await Stand.open();
  credentials = await stand.enrol();
});
afterAll(() => stand.close());
beforeEach(() => {
  stand.log.length = 0;
});

const connect = (options?: Record<string, number>): RawAgent => new RawAgent(stand.address, credentials, options);
const logged = (): boolean =>
  stand.log.some(
    ({ level, fields }) => level === 'warn' && fields['agent'] === 'agent-1' && fields['reason'] !== undefined,
  );

/** That all is well: an agent's next event comes in and is acknowledged. */
async function nextEventIsStored(): Promise<boolean> {
  const { epoch, sequence } = stand.hub.stored ?? { epoch: 1, sequence: 0 };
  const before = stand.hub.events.length;
  const agent = connect();
  agent.send(HELLO, batchOf(epoch, sequence + 1, numbered(before, before + 1)));
  await stand.until(() => agent.answers.some(({ $case }) => $case === 'acknowledged'));
  await agent.end();
  return stand.hub.events.length === before + 1 && stand.hub.lost === 0;
}

describe('what an agent must not send', () => {
  it.each<[string, Buffer, number, RegExp]>([
    [
      'a message that is too long',
      batchOf(1, 1, [Buffer.alloc(MAX_MESSAGE_FROM_AGENT)]),
      STATUS.RESOURCE_EXHAUSTED,
      /larger than max/,
    ],
    ['too many events', batchOf(1, 1, numbered(0, MAX_BATCH_EVENTS + 1)), STATUS.INVALID_ARGUMENT, /holds 1001 events/],
    [
      'too many bytes of events',
      batchOf(
        1,
        1,
        Array.from({ length: 5 }, () => 'x'.repeat(MAX_BATCH_BYTES / 4 - 1)),
      ),
      STATUS.INVALID_ARGUMENT,
      /holds \d+ bytes/,
    ],
    [
      'an event that is too long',
      batchOf(1, 1, ['x'.repeat(MAX_EVENT_BYTES + 1)]),
      STATUS.INVALID_ARGUMENT,
      /an event has/,
    ],
    ['no event', batchOf(1, 1, []), STATUS.INVALID_ARGUMENT, /no event/],
    ['bytes that are no UTF-8', batchOf(1, 1, [Buffer.from([0xff, 0xfe])]), STATUS.INVALID_ARGUMENT, /not UTF-8/],
    ['half a character', batchOf(1, 1, [Buffer.from([0xed, 0xa0, 0x80])]), STATUS.INVALID_ARGUMENT, /not UTF-8/],
    ['no epoch', batchOf(0, 1, ['{}']), STATUS.INVALID_ARGUMENT, /position/],
    ['no sequence', batchOf(1, 0, ['{}']), STATUS.INVALID_ARGUMENT, /position/],
    [
      'a position beyond what is counted',
      batchOf(1, Number.MAX_SAFE_INTEGER, ['{}', '{}']),
      STATUS.INVALID_ARGUMENT,
      /position/,
    ],
    [
      'a negative epoch',
      field(2, Buffer.concat([Buffer.from([0x08]), MINUS_ONE])),
      STATUS.INVALID_ARGUMENT,
      /cannot be read/,
    ],
    [
      'a negative sequence',
      field(2, Buffer.concat([Buffer.from([0x10]), MINUS_ONE])),
      STATUS.INVALID_ARGUMENT,
      /cannot be read/,
    ],
    ['half a message', batchOf(1, 1, ['{}', '{}']).subarray(0, -3), STATUS.INVALID_ARGUMENT, /cannot be read/],
    [
      'a number without end',
      Buffer.from(Array.from({ length: 20 }, () => 0xff)),
      STATUS.INVALID_ARGUMENT,
      /cannot be read/,
    ],
    [
      'an outcome that there is none of',
      bytesOf({ $case: 'result', value: { id: 'x', outcome: 'exploded', message: '', data: Buffer.of(), size: 0 } }),
      STATUS.INVALID_ARGUMENT,
      /outcome/,
    ],
    [
      'more of a file than was asked for',
      bytesOf({
        $case: 'result',
        value: { id: 'x', outcome: 'done', message: '', data: Buffer.alloc(MAX_READ_BYTES + 1), size: 9_000_000 },
      }),
      STATUS.INVALID_ARGUMENT,
      /longer than any part/,
    ],
    ['a second hello', HELLO, STATUS.INVALID_ARGUMENT, /second hello/],
    ['too many workloads', report({}, MAX_WORKLOADS_PER_REPORT + 1), STATUS.INVALID_ARGUMENT, /workloads is refused/],
    ['an address that is none', report({ addresses: ['10.0.0.1; drop table'] }), STATUS.INVALID_ARGUMENT, /addresses/],
    ['a workload without an id', report({ id: '' }), STATUS.INVALID_ARGUMENT, /id/],
    ['a name without end', report({ name: 'x'.repeat(10_000) }), STATUS.INVALID_ARGUMENT, /name/],
    [
      'labels without end',
      report({ labels: Object.fromEntries(Array.from({ length: MAX_LABELS + 1 }, (_, at) => [`l${at}`, 'x'])) }),
      STATUS.INVALID_ARGUMENT,
      /labels/,
    ],
    [
      'a request for a certificate without end',
      bytesOf({ $case: 'renewal', value: { certificateRequest: 'x'.repeat(100_000) } }),
      STATUS.INVALID_ARGUMENT,
      /too long/,
    ],
  ])('ends its stream with a reason, is logged, and nothing is lost: %s', async (_, message, code, why) => {
    const agent = connect();
    agent.send(HELLO, message);
    const status = await agent.ended();

    expect(status.details).toMatch(why);
    expect(status.code).toBe(code);
    await stand.until(logged);
    expect(await nextEventIsStored()).toBe(true);
  });

  it('is refused before the hello as well', async () => {
    for (const message of [batchOf(1, 1, ['{}']), report({}), Buffer.from([0xff])]) {
      const agent = connect();
      agent.send(message);

      expect((await agent.ended()).code).toBe(STATUS.INVALID_ARGUMENT);
    }
    expect(await nextEventIsStored()).toBe(true);
  });

  it('is refused when it is only small while it is compressed', async () => {
    const gzip = { 'grpc.default_compression_algorithm': 2 };
    const agent = connect(gzip);
    agent.send(HELLO, batchOf(1, 1, [Buffer.alloc(8 * 1024 * 1024, ' ')]));
    const status = await agent.ended();

    expect(status.code).toBe(STATUS.RESOURCE_EXHAUSTED);
    expect(await nextEventIsStored()).toBe(true);
  });

  it('is refused when it would fill the memory, though no workload in it is too large', async () => {
    const label = Object.fromEntries(Array.from({ length: MAX_LABELS }, (_, at) => [`label-${at}`, 'x'.repeat(512)]));
    const agent = connect();
    const large = (at: number) =>
      bytesOf({
        $case: 'workloads',
        value: { whole: false, present: [{ ...WORKLOAD, id: `w${at}`, labels: label }], gone: [] },
      });
    agent.send(HELLO);
    // One that comes again and again is one.
    agent.send(...Array.from({ length: 10 }, () => large(0)));
    for (let at = 0; at < 300; at += 1) agent.send(large(at));

    expect(await agent.ended()).toMatchObject({
      code: STATUS.INVALID_ARGUMENT,
      details: expect.stringMatching(/workloads of more than \d+ characters/),
    });
    expect(stand.hub.workloads.size).toBeGreaterThan(110);
    expect(await nextEventIsStored()).toBe(true);
  });

  it('may be of a newer agent: what is not known is passed over', async () => {
    const agent = connect();
    agent.send(HELLO, field(15, Buffer.from('new')), Buffer.alloc(0));
    const { epoch, sequence } = stand.hub.stored ?? { epoch: 1, sequence: 0 };
    const [event = ''] = numbered(stand.hub.events.length, stand.hub.events.length + 1);
    agent.send(batchOf(epoch, sequence + 1, [event]));
    await stand.until(() => agent.answers.some(({ $case }) => $case === 'acknowledged'));

    expect((await agent.end()).code).toBe(STATUS.OK);
  });

  it('is acknowledged and not stored when it was stored already', async () => {
    const { epoch, sequence } = stand.hub.stored ?? { epoch: 1, sequence: 0 };
    const { length } = stand.hub.events;
    const agent = connect();
    const [event = ''] = numbered(length, length + 1);
    const batch = batchOf(epoch, sequence + 1, [event]);
    agent.send(HELLO, batch, batch, batch, batchOf(epoch, 1, [event]));
    await stand.until(() => agent.answers.filter(({ $case }) => $case === 'acknowledged').length === 4);
    await agent.end();

    expect(stand.hub.events).toEqual(numbered(0, length + 1));
    const acknowledged = agent.answers.filter(({ $case }) => $case === 'acknowledged');
    expect(acknowledged.map(({ value }) => value)).toEqual(
      Array.from({ length: 4 }, () => ({ epoch, sequence: sequence + 1 })),
    );
  });

  it('is let in by its last stream, also when the one before is still being let in', async () => {
    const { hub } = stand;
    const count = hub.agents.length;
    const gate = Promise.withResolvers<void>();
    let asked = 0;
    hub.beforeConnect = () => {
      asked += 1;
      return asked === 1 ? gate.promise : Promise.resolve();
    };
    const [first, second] = [connect(), connect()];
    first.send(HELLO);
    await stand.until(() => asked === 1);
    second.send(HELLO);
    expect((await first.ended()).details).toBe('the agent connected again');
    gate.resolve();
    await stand.until(() => hub.agents.length === count + 2);
    hub.beforeConnect = async () => {};
    hub.links.get('agent-1')?.sendSnapshot({ version: '9', json: '{}' });

    await stand.until(() => second.answers.length === 2);
    expect(second.answers.map(({ $case }) => $case)).toEqual(['welcome', 'snapshot']);
    expect(hub.ends.filter((reason) => reason === 'its stream ended before it was let in')).toHaveLength(1);
    await second.end();
  });

  it('never ends the server, whatever bytes it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }),
        fc.boolean(),
        async (all, says) => {
          const agent = connect();
          if (says) agent.send(HELLO);
          agent.send(...all.map((bytes) => Buffer.from(bytes)));
          const { code } = await agent.end();
          expect([STATUS.OK, STATUS.INVALID_ARGUMENT]).toContain(code);
        },
      ),
      { numRuns: 60 },
    );
    expect(await nextEventIsStored()).toBe(true);
  });
});

describe('somebody without the certificate of an agent', () => {
  it('does not stay connected', async () => {
    const hasty = await Stand.open({ strangerMs: 3_000 });
    const agent = new RawAgent(hasty.address, await hasty.enrol());
    agent.send(HELLO);
    await hasty.until(() => agent.answers.some(({ $case }) => $case === 'welcome'));
    // It answers when it is asked whether it lives, and asks for nothing.
    const stranger = connectHttp2(`https://${hasty.address}`, { rejectUnauthorized: false });
    stranger.on('error', () => undefined);
    await once(stranger, 'connect');

    await once(stranger, 'close');

    // It was there before, and stays.
    agent.send(batchOf(1, 1, numbered(0, 1)));
    await hasty.until(() => agent.answers.some(({ $case }) => $case === 'acknowledged'));
    expect(hasty.hub.events).toHaveLength(1);
    await agent.end();
    await hasty.close();
  });
});
