import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToldFlows } from './told-flows.ts';

const FLOW = {
  direction: 'egress',
  protocol: 'tcp',
  peer: '10.0.0.2',
  port: 5432,
  verdict: 'allow',
  sessions: 2,
  bytes: 100,
};

function event(name: string, address: string, flows: readonly object[], more: object = {}): object {
  return {
    event: 'flows',
    time: '2026-11-26T12:00:00.000Z',
    since: '2026-11-26T11:55:00.000Z',
    netns: `/run/netns/${name}`,
    workloads: [{ name: 'main', namespace: 'shop', pod: name }],
    groups: [name],
    mode: 'discover',
    addresses: [address, 'fe80::1'],
    flows,
    ...more,
  };
}

function told(...lines: readonly unknown[]): ToldFlows {
  const all = new ToldFlows();
  for (const line of lines) all.take(line, 'file');
  return all;
}

const end = (name: string, ...groups: string[]) => ({ kind: 'workload', namespace: 'shop', name, groups });

describe('ToldFlows', () => {
  it('knows peers by the addresses that other events tell, whichever comes first', () => {
    const lines = [
      event('web', '10.0.0.1', [FLOW]),
      event('db', '10.0.0.2', [{ ...FLOW, direction: 'ingress', peer: '10.0.0.1' }]),
    ];
    const times = { firstSeen: '2026-11-26T11:55:00.000Z', lastSeen: '2026-11-26T12:00:00.000Z' };
    const same = {
      client: end('web', 'web'),
      server: end('db', 'db'),
      protocol: 'tcp',
      port: 5432,
      verdict: 'allow',
      sessions: 2,
      ...times,
    };
    expect(told(...lines).flows()).toEqual([
      { ...same, seenBy: ['client'] },
      { ...same, seenBy: ['server'] },
    ]);
  });

  it('sums up what is told again, and keeps from when to when', () => {
    const later = { time: '2026-11-26T13:00:00+01:00', since: '2026-11-26T10:00:00.000Z' };
    expect(told(event('web', '10.0.0.1', [FLOW]), event('web', '10.0.0.1', [FLOW], later)).flows()).toEqual([
      expect.objectContaining({
        sessions: 4,
        firstSeen: '2026-11-26T10:00:00.000Z',
        lastSeen: '2026-11-26T12:00:00.000Z',
      }),
    ]);
  });

  it.each([
    [{ peer: '2001:DB8::0:2' }, { kind: 'address', address: '2001:DB8::0:2' }],
    [
      { peer: '192.0.2.1', domain: 'pay.example.com' },
      { kind: 'address', address: '192.0.2.1', domain: 'pay.example.com' },
    ],
    [{ peer: '0.0.0.0/0' }, { kind: 'address', address: '0.0.0.0/0' }],
    [{ node: true }, { kind: 'node' }],
    [{ peer: 'fe80::1' }, { kind: 'address', address: 'fe80::1' }],
  ])('makes of %j the end %j', (over, server) => {
    expect(told(event('web', '10.0.0.1', [{ ...FLOW, ...over }]), event('db', '10.0.0.2', [])).flows()).toMatchObject([
      { server },
    ]);
  });

  it('takes an address for who had it then', () => {
    const at = (hour: number): object => ({ since: `2026-11-26T${hour}:00:00Z`, time: `2026-11-26T${hour}:05:00Z` });
    const lines = [
      event('old', '10.0.0.2', [], at(10)),
      event('web', '10.0.0.1', [FLOW], at(11)),
      event('web', '10.0.0.1', [{ ...FLOW, port: 80 }], at(14)),
      event('new', '10.0.0.2', [], at(13)),
    ];
    expect(
      told(...lines)
        .flows()
        .map(({ port, server }) => [port, server]),
    ).toEqual([
      [5432, end('old', 'old')],
      [80, end('new', 'new')],
    ]);
  });

  it('takes an address for who has it on the same machine, and for nobody where others disagree', () => {
    const all = new ToldFlows();
    all.take(event('web', '10.0.0.1', [FLOW]), 'node-1');
    all.take(event('db', '10.0.0.2', []), 'node-1');
    all.take(event('cache', '10.0.0.2', []), 'node-2');
    all.take(event('job', '10.0.0.3', [FLOW]), 'node-3');
    expect(all.flows().map(({ server }) => server)).toEqual([
      end('db', 'db'),
      { kind: 'address', address: '10.0.0.2' },
    ]);
  });

  it.each([
    { sessions: -1 },
    { port: 0 },
    { port: undefined },
    { protocol: 'icmp' },
    { peer: 'nobody' },
    { verdict: 'mask' },
    { direction: 'up' },
    { domain: 'x'.repeat(254) },
  ])('counts %j as what it cannot read, and takes the others', (over) => {
    const all = told(event('web', '10.0.0.1', [{ ...FLOW, ...over }, FLOW]));
    expect({ flows: all.flows().length, malformed: all.malformed }).toEqual({ flows: 1, malformed: 1 });
  });

  it('counts what agents could not', () => {
    expect(
      told(event('web', '10.0.0.1', [], { notCounted: 3 }), event('web', '10.0.0.1', [], { notCounted: 4 })).notCounted,
    ).toBe(7);
  });

  it('passes over other lines, and fails for nothing that stands in one', () => {
    expect(new ToldFlows().take({ event: 'finding' }, 'file')).toBe('other');
    const hostile = fc.dictionary(
      fc.constantFrom('time', 'since', 'workloads', 'groups', 'addresses', 'flows', '__proto__'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.jsonValue(), hostile, (value, over) => {
        const all = told(value, { ...event('web', '10.0.0.1', [FLOW]), ...over });
        expect(all.flows().length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
