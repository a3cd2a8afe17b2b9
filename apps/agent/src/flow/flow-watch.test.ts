import type { FlowCount, FlowReading } from '@bulkhead/nftables';
import { NftablesError } from '@bulkhead/nftables';
import { describe, expect, it } from 'vitest';
import type { NewAgentEvent } from '../event/agent-event.ts';
import type { NamespacePlan } from '../plan.ts';
import { FlowWatch } from './flow-watch.ts';

const PEERS = 700;

const PLAN = {
  key: 'shop',
  path: '/run/netns/shop',
  workloads: [{ name: 'web', owners: [], addresses: ['10.0.0.2'] }],
  policy: { groups: ['shop'], mode: 'discover' },
} as unknown as NamespacePlan;

function stage(read: () => FlowReading | undefined | Error) {
  const [events, calls, problems]: [NewAgentEvent[], string[], string[]] = [[], [], []];
  let notCounted = 0;
  const watch = new FlowWatch({
    counters: {
      read: async () => {
        const result = read();
        if (result instanceof Error) throw result;
        return result;
      },
      count: async (netns) => calls.push(`count ${netns}`) > 0,
      empty: async (netns) => void calls.push(`empty ${netns}`),
    },
    plans: () => [PLAN],
    nodeAddresses: () => ['10.0.0.1'],
    knownAddresses: () => new Set(),
    emit: (event) => events.push(event),
    onTold: ({ verdict }) => calls.push(verdict),
    onNotCounted: (packets) => {
      notCounted += packets;
    },
    onProblem: (problem) => problems.push(problem),
    now: () => 0,
  });
  return { watch, events, calls, problems, notCounted: () => notCounted };
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
    const { watch, events, calls, notCounted } = stage(() => ({
      counts: [carried('10.0.0.1', 80), carried('10.0.0.9', 80)],
      notCounted: 7,
    }));
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
          expect.objectContaining({ peer: '10.0.0.9', bytes: 60 }),
          expect.objectContaining({ peer: '10.0.0.1', node: true }),
        ].toReversed(),
        notCounted: 7,
      },
    ]);
    expect(calls).toEqual(['allow', 'allow']);
    expect(notCounted()).toBe(7);
    await watch.pass();
    expect(events).toHaveLength(1);
  });

  it('shares many flows out among events', async () => {
    const counts = Array.from({ length: PEERS }, (_, index) => carried('10.0.0.9', index + 1));
    const { watch, events } = stage(() => ({ counts, notCounted: 0 }));
    await watch.pass();

    expect(events.map((event) => (event.event === 'flows' ? event.flows.length : 0))).toEqual([256, 256, 188]);
  });

  it('has the kernel count again where the rules are gone, and what it then counted told', async () => {
    let reading: FlowReading | undefined = { counts: [carried('10.0.0.9', 80)], notCounted: 0 };
    const { watch, events, calls } = stage(() => reading);
    await watch.pass();
    reading = undefined;
    await watch.pass();
    expect(calls).toContain('count /run/netns/shop');
    reading = { counts: [carried('10.0.0.9', 80)], notCounted: 0 };
    await watch.close();

    expect(events).toHaveLength(2);
    expect(calls.at(-1)).toBe('empty /run/netns/shop');
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
});
