import type { Conversation } from '@bulkhead/inspector';
import type { FlowCount, FlowReading } from '@bulkhead/nftables';
import { NftablesError } from '@bulkhead/nftables';
import { describe, expect, it } from 'vitest';
import type { NewAgentEvent } from '../event/agent-event.ts';
import type { NamespacePlan } from '../plan.ts';
import { FlowWatch, type FlowWatchOptions } from './flow-watch.ts';

const PORTS = 700;
const FLOW = { direction: 'ingress', protocol: 'tcp', port: 80, verdict: 'allow', sessions: 0, bytes: 60 } as const;

const PLAN = {
  key: 'shop',
  path: '/run/netns/shop',
  workloads: [{ name: 'web', owners: [], addresses: ['10.0.0.2'] }],
  policy: { groups: ['shop'], mode: 'discover' },
} as unknown as NamespacePlan;

type Read = FlowReading | undefined | Error;

function stage(
  read: () => Read | Promise<Read>,
  conversations: Conversation[] = [],
  more: Partial<FlowWatchOptions> = {},
) {
  const [events, calls, problems]: [NewAgentEvent[], string[], string[]] = [[], [], []];
  let notCounted = 0;
  const watch = new FlowWatch({
    counters: {
      read: async () => {
        const result = await read();
        if (result instanceof Error) throw result;
        return result;
      },
      count: async (netns) => calls.push(`count ${netns}`) > 0,
      empty: async (netns) => void calls.push(`empty ${netns}`),
    },
    plans: () => [PLAN],
    conversations: () => conversations.splice(0),
    nodeAddresses: () => ['10.0.0.1'],
    knownAddresses: () => new Set(),
    emit: (event) => events.push(event),
    onTold: ({ verdict }) => calls.push(verdict),
    onNotCounted: (packets) => {
      notCounted += packets;
    },
    onProblem: (problem) => problems.push(problem),
    now: () => 0,
    ...more,
  });
  return { watch, events, calls, problems, notCounted: () => notCounted };
}

function spoke(peer: string, port: number, application: Conversation['application'], isClient = true): Conversation {
  const [client, server] = isClient ? [peer, '10.0.0.2'] : ['10.0.0.2', peer];
  return { transport: 'tcp', client, server, port, application };
}

function carried(peer: string, port: number): FlowCount {
  return {
    id: `${peer} ${port}`,
    kind: 'carried',
    side: 'ingress',
    peer,
    protocol: 'tcp',
    port,
    packets: 1,
    bytes: 60,
  };
}

describe('FlowWatch', () => {
  it('tells whose flows they are, and which peer is the node', async () => {
    const { watch, events, calls, notCounted } = stage(
      () => ({ counts: [carried('10.0.0.1', 80), carried('10.0.0.9', 80)], notCounted: 7 }),
      [spoke('10.0.0.1', 80, 'raw'), spoke('10.0.0.9', 80, 'http1')],
    );
    await watch.pass();

    expect(events).toEqual([
      {
        event: 'flows',
        since: '1970-01-01T00:00:00.000Z',
        netns: '/run/netns/shop',
        workloads: [{ name: 'web' }],
        groups: ['shop'],
        mode: 'discover',
        addresses: ['10.0.0.2'],
        flows: [
          { ...FLOW, peer: '10.0.0.1', node: true },
          { ...FLOW, peer: '10.0.0.9', application: 'http1' },
        ],
        notCounted: 7,
      },
    ]);
    expect(calls).toEqual(['allow', 'allow']);
    expect(notCounted()).toBe(7);
    await watch.pass();
    expect(events).toHaveLength(1);
  });

  it('shares many flows out among events, by number and by size', async () => {
    const ports = Array.from({ length: PORTS }, (_, index) => index + 1);
    const counts = ports.map((port) => ({ ...carried('10.0.0.9', port), side: 'egress' as const }));
    const { watch, events } = stage(
      () => ({ counts, notCounted: 0 }),
      ports.map((port) => spoke('10.0.0.9', port, 'http1', false)),
    );
    const sizes = (): readonly number[] => events.map((event) => (event.event === 'flows' ? event.flows.length : 0));
    await watch.pass();
    expect(sizes()).toEqual([256, 256, 188]);

    const long = stage(
      () => ({ counts, notCounted: 0 }),
      ports.map((port) => spoke('10.0.0.9', port, 'http1', false)),
    );
    long.watch.learn('shop', { name: `${'a'.repeat(60)}.`.repeat(4).slice(0, -1), addresses: ['10.0.0.9'] });
    await long.watch.pass();
    expect(long.events.length).toBeGreaterThan(3);
    for (const event of long.events) expect(JSON.stringify(event).length).toBeLessThan(64 << 10);
    const told = long.events.flatMap((event) => (event.event === 'flows' ? event.flows : []));
    expect(new Set(told.map(({ port }) => port)).size).toBe(PORTS);
  });

  it('says by which name a peer was looked up, of flows that the workload opened', async () => {
    const counts = [carried('10.0.0.9', 80), { ...carried('10.0.0.9', 443), side: 'egress' as const }];
    const { watch, events } = stage(
      () => ({ counts, notCounted: 0 }),
      [spoke('10.0.0.9', 80, 'http1'), spoke('10.0.0.9', 443, 'tls', false)],
    );
    watch.learn('shop', { name: 'api.example', addresses: ['10.0.0.9'] });
    await watch.pass();

    expect(events).toMatchObject([
      {
        flows: [
          { port: 80, application: 'http1' },
          { port: 443, application: 'tls', domain: 'api.example' },
        ],
      },
    ]);
    expect(events[0]).not.toHaveProperty('flows.0.domain');
  });

  it('has the kernel count again where the rules are gone, and what it then counted told', async () => {
    let reading: FlowReading | undefined = { counts: [carried('10.0.0.9', 80)], notCounted: 0 };
    const { watch, events, calls } = stage(() => reading, [spoke('10.0.0.9', 80, 'http1')]);
    await watch.pass();
    reading = undefined;
    await watch.pass();
    expect(calls).toContain('count /run/netns/shop');
    reading = { counts: [carried('10.0.0.9', 80)], notCounted: 0 };
    await watch.close();

    expect(events).toHaveLength(2);
    expect(calls.at(-1)).toBe('empty /run/netns/shop');
  });

  it('takes readings in one after the other, whoever asks for them', async () => {
    const answers: ((reading: FlowReading) => void)[] = [];
    const at = (bytes: number): FlowReading => ({
      counts: [{ ...carried('10.0.0.9', 80), packets: bytes, bytes }],
      notCounted: 0,
    });
    const { watch, events } = stage(
      () => new Promise((resolve) => answers.push(resolve)),
      [spoke('10.0.0.9', 80, 'http1')],
    );
    const all = [watch.pass(), watch.look(PLAN), watch.finish(PLAN)];
    for (const bytes of [100, 150, 180]) {
      await expect.poll(() => answers.length).toBe(1);
      answers.pop()?.(at(bytes));
    }
    await Promise.all(all);

    const told = events.flatMap((event) => (event.event === 'flows' ? event.flows : []));
    expect(told.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(180);
  });

  it('says once what it cannot read, and nothing where the namespace is gone', async () => {
    let error = new NftablesError('NO_RESOURCES', 'no descriptor is left');
    const { watch, problems } = stage(() => error);
    await watch.pass();
    await watch.pass();
    error = new NftablesError('NAMESPACE_UNAVAILABLE', 'gone');
    await watch.pass();

    expect(problems).toEqual(['flows are not told: no descriptor is left']);
  });

  it('goes on from the last reading where one fails: nothing is told twice', async () => {
    let reading: Read = { counts: [carried('10.0.0.9', 80)], notCounted: 7 };
    const { watch, events, calls, notCounted } = stage(() => reading, [spoke('10.0.0.9', 80, 'http1')]);
    await watch.pass();
    const before = reading;
    reading = new NftablesError('NO_RESOURCES', 'no descriptor is left');
    await watch.pass();
    reading = before;
    await watch.close();

    expect(events).toHaveLength(1);
    expect(notCounted()).toBe(7);
    expect(calls).not.toContain('count /run/netns/shop');
  });

  it('remembers what was told of a namespace that is not held for a moment', async () => {
    let plans = [PLAN];
    const { watch, events } = stage(
      () => ({ counts: [carried('10.0.0.9', 80)], notCounted: 0 }),
      [spoke('10.0.0.9', 80, 'http1')],
      { plans: () => plans },
    );
    for (const now of [[PLAN], [], [PLAN], [], [PLAN], [PLAN]]) {
      plans = now;
      await watch.pass();
    }

    expect(events).toHaveLength(1);
  });

  it('has nothing counted in a namespace that was let go as its turn came', async () => {
    let plans = [PLAN];
    const { watch, calls, events } = stage(
      async () => {
        plans = [];
        return undefined;
      },
      [],
      { plans: () => plans },
    );
    await watch.pass();
    await watch.look(PLAN);

    expect([calls, events]).toEqual([[], []]);
  });

  it('lets a namespace go, and goes on, where it cannot say what it has read', async () => {
    const { watch, problems } = stage(() => ({ counts: [carried('10.0.0.9', 80)], notCounted: 1 }), [], {
      nodeAddresses: () => {
        throw new Error('no descriptor is left');
      },
    });
    await watch.finish(PLAN);
    await watch.pass();
    await watch.close();

    expect(problems).toEqual(['flows are not told: no descriptor is left']);
  });
});
