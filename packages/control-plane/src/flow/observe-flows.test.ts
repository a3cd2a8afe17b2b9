import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowEnd } from './flow.ts';
import { type FlowEnds, type FlowReport, MAX_FLOWS_OF_EVENT, observeFlows } from './observe-flows.ts';

const NOW = '2026-11-26T12:00:00.000Z';
const WEB: FlowEnd = { kind: 'workload', namespace: 'shop', name: 'web' };
const DB: FlowEnd = { kind: 'workload', namespace: 'shop', name: 'db' };
const NODE: FlowEnd = { kind: 'node', name: 'node-1' };
const ENDS: FlowEnds = {
  node: NODE,
  local: () => WEB,
  peer: (address) => (address === '10.0.0.2' || address === 'fd00::2' ? DB : undefined),
  behind: (address, protocol, port) =>
    `${address} ${protocol} ${port}` === '10.96.0.2 tcp 54320' ? { end: DB, port: 5432 } : undefined,
};
const FLOW = {
  direction: 'egress',
  protocol: 'tcp',
  peer: '10.0.0.2',
  port: 5432,
  application: 'postgres',
  verdict: 'allow',
  sessions: 2,
  bytes: 100,
};
const EVENT = {
  time: '2026-11-26T11:59:59.000Z',
  event: 'flows',
  netns: '/run/netns/x',
  workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }],
  groups: ['shop'],
  mode: 'discover',
};
const told = (...flows: readonly object[]): FlowReport => {
  const report = observeFlows({ ...EVENT, flows }, NOW, ENDS);
  if (report === undefined) throw new Error('it says nothing of flows');
  return report;
};

describe('observeFlows', () => {
  it('has the workload be the client of what it opens, and the server of what others open', () => {
    const { direction: _, peer: _peer, ...rest } = FLOW;
    expect(told(FLOW, { ...FLOW, direction: 'ingress' })).toEqual({
      at: EVENT.time,
      local: { end: WEB, groups: ['shop'] },
      flows: [
        { ...rest, client: WEB, server: DB, seenBy: 'client' },
        { ...rest, client: DB, server: WEB, seenBy: 'server' },
      ],
      notCounted: 0,
      malformed: 0,
    });
  });

  it.each([
    [{ peer: 'FD00:0::2' }, DB],
    [{ peer: '192.0.2.1' }, { kind: 'address', name: '192.0.2.1' }],
    [{ peer: '2001:DB8::0:1' }, { kind: 'address', name: '2001:db8::1' }],
    [{ peer: '0.0.0.0/0' }, { kind: 'address', name: '0.0.0.0/0' }],
    [{ peer: '::/0' }, { kind: 'address', name: '::/0' }],
    [
      { peer: '192.0.2.1', domain: 'example.org' },
      { kind: 'address', name: '192.0.2.1', domain: 'example.org' },
    ],
    [{ peer: '10.0.0.2', domain: 'db.shop' }, DB],
    [{ peer: '10.0.0.2', node: true }, NODE],
  ])('makes of the peer %j the end %j', (over, server) => {
    expect(told({ ...FLOW, ...over }).flows).toMatchObject([{ server }]);
  });

  it('has what is called by the address of a service be a flow to who is behind it, at its own port', () => {
    const called = { ...FLOW, peer: '10.96.0.2', port: 54_320 };
    const { direction: _, peer: _peer, ...rest } = FLOW;
    expect(told(called).flows).toEqual([{ ...rest, client: WEB, server: DB, seenBy: 'client' }]);

    const address = { kind: 'address', name: '10.96.0.2' };
    expect(told({ ...called, port: 54_321 }, { ...called, protocol: 'udp' }).flows).toMatchObject([
      { server: address, port: 54_321 },
      { server: address, port: 54_320 },
    ]);
    // Nobody opens flows from there.
    expect(told({ ...called, direction: 'ingress' }).flows).toMatchObject([{ client: address, port: 54_320 }]);
  });

  it('knows no name of who opens a flow', () => {
    const [flow] = told({ ...FLOW, direction: 'ingress', peer: '192.0.2.1', domain: 'example.org' }).flows;
    expect(flow?.client).toEqual({ kind: 'address', name: '192.0.2.1' });
  });

  it.each([
    [
      ['web', 'shop'],
      ['shop', 'web'],
    ],
    [undefined, []],
    [[7], []],
  ])('takes %j for the groups %j', (groups, known) => {
    const report = observeFlows({ ...EVENT, groups, flows: [FLOW] }, NOW, ENDS);
    expect(report).toMatchObject({ local: { groups: known }, flows: [{ port: 5432 }] });
  });

  it('has nothing of ICMP but that it was', () => {
    const { port: _, application: _application, ...icmp } = { ...FLOW, protocol: 'icmp' };
    expect(told(icmp).flows).toEqual([
      { client: WEB, server: DB, seenBy: 'client', protocol: 'icmp', verdict: 'allow', sessions: 2, bytes: 100 },
    ]);
  });

  it.each([
    { sessions: -1 },
    { bytes: 1.5 },
    { bytes: 2 ** 53 },
    { bytes: '1' },
    { port: 65_536 },
    { port: undefined },
    { protocol: 'icmp' },
    { protocol: 'sctp' },
    { direction: 'sideways' },
    { verdict: 'mask' },
    { peer: '10.0.0.0/8' },
    { peer: '10.0.0.256' },
    { peer: 'fe80::1%eth0' },
    { peer: "10.0.0.2'; drop table flow; --" },
    { application: '' },
    { application: 'x'.repeat(65) },
    { domain: 'x'.repeat(254) },
    { node: false },
  ])('counts %j as what is not understood, and takes the others', (over) => {
    expect(told({ ...FLOW, ...over }, FLOW)).toMatchObject({ flows: [{ port: 5432 }], malformed: 1 });
  });

  it('takes no more flows of an event than it may have', () => {
    const flows = Array.from({ length: MAX_FLOWS_OF_EVENT + 1 }, () => FLOW);
    const { flows: taken, malformed } = told(...flows);
    expect({ taken: taken.length, malformed }).toEqual({ taken: 256, malformed: 1 });
  });

  it.each([
    { flows: [FLOW], workloads: [] },
    { flows: [FLOW], netns: '' },
    { flows: [FLOW], notCounted: -1 },
    { flows: {} },
    {},
  ])('takes nothing of an event that says otherwise %j', (over) => {
    expect(observeFlows({ ...EVENT, ...over }, NOW, ENDS)).toMatchObject({ flows: [], malformed: 1 });
  });

  it.each([
    ['2026-11-26T10:00:00+01:00', '2026-11-26T09:00:00.000Z'],
    ['2027-01-01T00:00:00.000Z', NOW],
    ['never', NOW],
  ])('has what was seen at %j be of %j', (time, at) => {
    expect(observeFlows({ ...EVENT, time, flows: [] }, NOW, ENDS)?.at).toBe(at);
  });

  it('says nothing of other events, and fails for nothing that is sent', () => {
    expect(observeFlows({ ...EVENT, event: 'finding', flows: [FLOW] }, NOW, ENDS)).toBeUndefined();
    const anything = fc.jsonValue();
    const part = fc.dictionary(fc.constantFrom(...Object.keys(FLOW), 'domain', 'node', '__proto__'), anything);
    fc.assert(
      fc.property(
        anything,
        fc.array(
          fc.oneof(
            anything,
            part.map((over) => ({ ...FLOW, ...over })),
          ),
        ),
        (value, flows) => {
          observeFlows(value, NOW, ENDS);
          const report = observeFlows({ ...EVENT, flows }, NOW, ENDS);
          expect((report?.flows.length ?? 0) + (report?.malformed ?? 0)).toBe(flows.length);
        },
      ),
    );
  });
});
