import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { inspectState } from '../enforcement/inspect-state.ts';
import { changeFirewall, hasTraces, protect, release } from '../enforcement/protect.ts';
import type { Firewall, FirewallRule } from '../firewall/firewall.ts';
import { listTable } from '../nft-listing.ts';
import { ADDRESS, countPackets, lacksNamespaces, makeNetlab, type Netlab, until } from '../test-support/netlab.ts';
import { dialAloud, listen, tcpPeers } from '../test-support/tcp-peers.ts';
import { runText } from '../transaction.ts';
import { countFlows, countsFlows, emptyFlows, stopCountingFlows } from './count-flows.ts';
import { MAX_COUNTED } from './flow-sets.ts';
import { readFlows } from './read-flows.ts';
import type { FlowCount } from './take-records.ts';

const DATAGRAMS = join(import.meta.dirname, '../test-support/datagrams.ts');
const PORT = 8080;
const IPV4_UDP_HEADERS = 28;
const IPV6_UDP_HEADERS = 48;
const NOT_INSPECTED = { hooks: [], queueNumber: 0, onFailure: 'open' } as const;
const ALLOW_HTTP: FirewallRule = {
  id: 'http',
  action: 'allow',
  log: false,
  ports: [{ protocol: 'tcp', ports: [PORT, PORT] }],
};

let lab: Netlab;

describe.skipIf(lacksNamespaces())('counting flows', () => {
  beforeEach(async () => {
    const made = await makeNetlab();
    lab = made;
    return async () => {
      await made[Symbol.asyncDispose]();
    };
  });

  it.each(['ip', 'ip6'] as const)(
    'counts a session over %s once, and each byte of it, at both ends',
    async (family) => {
      for (const namespace of [lab.client, lab.server]) await countFlows(namespace);
      await countPackets(lab.client, 'sent', 'output', -140, tcp);
      await countPackets(lab.client, 'received', 'input', -140, tcp);
      const { client } = await tcpPeers(lab, ADDRESS.server[family]);
      for (const word of ['first', 'second']) {
        client.write(word);
        await client.saw(new RegExp(`^got ${word}`));
      }
      client.write('last');
      await client.saw(/^got last/);
      await client.stop();

      const flow = { protocol: 'tcp', port: PORT } as const;
      await until(async () => (await bytesOf('carried', lab.client)) === (await watched(lab.client)));
      expect(await counted(lab.client)).toEqual([
        { kind: 'carried', side: 'egress', peer: ADDRESS.server[family], ...flow },
        { kind: 'opened', side: 'egress', peer: ADDRESS.server[family], ...flow },
      ]);
      expect(await counted(lab.server)).toEqual([
        { kind: 'carried', side: 'ingress', peer: ADDRESS.client[family], ...flow },
        { kind: 'opened', side: 'ingress', peer: ADDRESS.client[family], ...flow },
      ]);
      for (const namespace of [lab.client, lab.server]) expect(await packetsOf('opened', namespace)).toBe(1);
    },
  );

  it.each([
    ['ip', IPV4_UDP_HEADERS],
    ['ip6', IPV6_UDP_HEADERS],
  ] as const)(
    'counts datagrams over %s that nobody answers, and each socket once for a port',
    async (family, headers) => {
      await countFlows(lab.client);
      await runText(lab.client, drops('icmp', 'icmpv6'));
      await lab.run(
        lab.client,
        process.execPath,
        DATAGRAMS,
        ADDRESS.server[family],
        '100',
        '9000',
        '9000',
        '9001',
        '9000',
      );

      const counts = (await readFlows(lab.client))?.counts ?? [];
      const of = (kind: string, port: number): readonly (number | string)[] =>
        counts
          .filter((one) => one.kind === kind && one.port === port)
          .flatMap(({ packets, bytes }) => [packets, bytes]);
      expect(of('carried', 9000)).toEqual([3, 3 * (headers + 100)]);
      expect(of('carried', 9001)).toEqual([1, headers + 100]);
      expect(of('opened', 9000)).toEqual([1, headers + 100]);
      expect(of('opened', 9001)).toEqual([1, headers + 100]);
    },
  );

  it('does not count loopback, nor errors about a flow as a flow', async () => {
    await countFlows(lab.client);
    await lab.run(lab.client, process.execPath, DATAGRAMS, '127.0.0.1', '10', '9000');
    await lab.run(lab.client, process.execPath, DATAGRAMS, ADDRESS.client.ip, '10', '9000');
    await lab.run(lab.client, process.execPath, DATAGRAMS, ADDRESS.server.ip, '10', '9000');
    await lab.run(lab.client, process.execPath, DATAGRAMS, ADDRESS.server.ip6, '10', '9000');

    expect((await counted(lab.client)).map(({ kind, protocol }) => `${kind} ${protocol}`)).toEqual([
      'carried udp',
      'carried udp',
      'opened udp',
      'opened udp',
    ]);
  });

  it('takes a connection that is older than the rules the right way round, whoever speaks first', async () => {
    const { client, server } = await tcpPeers(lab, ADDRESS.server.ip);
    for (const namespace of [lab.client, lab.server]) await countFlows(namespace);

    server.write('from the server');
    await client.saw(/^got from the server/);
    client.write('from the client');
    await client.saw(/^got from the client/);

    const flow = { kind: 'carried', protocol: 'tcp', port: PORT };
    expect(await counted(lab.client)).toEqual([{ ...flow, side: 'egress', peer: ADDRESS.server.ip }]);
    expect(await counted(lab.server)).toEqual([{ ...flow, side: 'ingress', peer: ADDRESS.client.ip }]);
  });

  it('counts what finds no room without a name', async () => {
    await countFlows(lab.client);
    await runText(lab.client, drops('icmp'));
    const more = 10;
    const ports = Array.from({ length: MAX_COUNTED + more }, (_, index) => String(10_000 + index));
    await lab.run(lab.client, process.execPath, DATAGRAMS, ADDRESS.server.ip, '10', ...ports);

    const reading = await readFlows(lab.client);
    expect(reading?.counts.filter(({ kind }) => kind === 'carried')).toHaveLength(MAX_COUNTED);
    expect(reading?.notCounted).toBe(more);
  });

  it('keeps what was counted when it is asked for again, and when enforcement comes, changes and goes', async () => {
    await countFlows(lab.server);
    const { client } = await tcpPeers(lab, ADDRESS.server.ip);
    client.write('hello');
    await client.saw(/^got hello/);
    const before = await readFlows(lab.server);

    await countFlows(lab.server);
    await protect(lab.server, { hooks: ['input', 'output'], queueNumber: 0, onFailure: 'open' });
    expect(await inspectState(lab.server)).toMatchObject({ status: 'enforced' });
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([ALLOW_HTTP]) });
    expect(await inspectState(lab.server)).toMatchObject({ status: 'filtered' });
    await release(lab.server);

    expect(before?.counts.length).toBeGreaterThan(0);
    expect(await readFlows(lab.server)).toEqual(before);
    expect([await countsFlows(lab.server), await hasTraces(lab.server)]).toEqual([true, false]);
    await emptyFlows(lab.server);
    expect(await readFlows(lab.server)).toMatchObject({ counts: [], notCounted: 0 });
    await stopCountingFlows(lab.server);
    expect(await countsFlows(lab.server)).toBe(false);
    expect(await readFlows(lab.server)).toBeUndefined();
  });

  it('counts what the firewall denies as denied alone', async () => {
    await countFlows(lab.server);
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([]) });
    await listen(lab, lab.server, ADDRESS.server.ip);
    const stranger = dialAloud(lab, ADDRESS.server.ip);
    await stranger.saw(/^dialling$/);
    await until(async () => (await packetsOf('denied', lab.server)) > 0);
    await stranger.stop();
    await lab.run(lab.client, process.execPath, DATAGRAMS, ADDRESS.server.ip6, '10', '9000', '9000');

    expect(await counted(lab.server)).toEqual([
      { kind: 'denied', side: 'ingress', peer: ADDRESS.client.ip, protocol: 'tcp', port: PORT },
      { kind: 'denied', side: 'ingress', peer: ADDRESS.client.ip6, protocol: 'udp', port: 9000 },
    ]);
    const denied = (await readFlows(lab.server))?.counts.find(({ protocol }) => protocol === 'udp');
    expect(denied).toMatchObject({ packets: 2, bytes: 2 * (IPV6_UDP_HEADERS + 10) });
    await emptyFlows(lab.server);
    expect(await readFlows(lab.server)).toMatchObject({ counts: [], notCounted: 0 });
  });

  it('says which flows rules that are tried would deny, until the rules change', async () => {
    await countFlows(lab.server);
    const tried: Firewall = { lists: [], ingress: { enforced: [], tried: [[]], tryId: 'try' }, tellsDns: false };
    await protect(lab.server, { ...NOT_INSPECTED, firewall: tried });
    const { client } = await tcpPeers(lab, ADDRESS.server.ip);

    const flow = { side: 'ingress', peer: ADDRESS.client.ip, protocol: 'tcp', port: PORT };
    expect(await counted(lab.server)).toEqual([
      { kind: 'carried', ...flow },
      { kind: 'opened', ...flow },
      { kind: 'tried', ...flow },
    ]);
    const allowed: Firewall = { ...tried, ingress: { enforced: [], tried: [[ALLOW_HTTP]], tryId: 'try' } };
    await changeFirewall(lab.server, tried, allowed);
    client.write('still here');
    await client.saw(/^got still here/);
    expect(await packetsOf('tried', lab.server)).toBe(0);
    await changeFirewall(lab.server, allowed, tried);
    client.write('tried again');
    await client.saw(/^got tried again/);
    expect(await packetsOf('tried', lab.server)).toBe(1);
  });

  it('takes over a firewall of an earlier version, which did not count', async () => {
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([]) });
    await runText(lab.server, [
      'flush table inet bulkhead',
      ...['input', 'output'].flatMap((hook) =>
        ['tried', 'denied'].map((kind) => `delete chain inet bulkhead ${kind}-${hook}`),
      ),
      ...['tried', 'denied'].flatMap((kind) =>
        ['ingress', 'egress'].flatMap((side) =>
          [4, 6].map((family) => `delete set inet bulkhead ${kind}-${side}-${family}`),
        ),
      ),
      'delete set inet bulkhead not-counted',
    ]);

    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([]) });

    const names = (await listTable(lab.server, 'inet', 'bulkhead'))?.map((object) => JSON.stringify(object)).join();
    expect(names).toContain('denied-ingress-4');
  });

  it('reads only what fits where somebody else made the sets', async () => {
    await runText(lab.client, [
      'add table inet bulkhead-flows',
      'add set inet bulkhead-flows not-counted { type inet_proto; flags dynamic; size 256; }',
      'add set inet bulkhead-flows carried-egress-4 { type ipv6_addr . ipv6_addr; counter; }',
      'add element inet bulkhead-flows carried-egress-4 { ::1 . ::2 }',
      'add set inet bulkhead-flows carried-ingress-4 { type ipv4_addr . inet_proto . inet_service; }',
      'add element inet bulkhead-flows carried-ingress-4 { 10.0.0.1 . 6 . 80 }',
      'add set inet bulkhead-flows opened-ingress-4 { typeof tcp doff . ip length; }',
    ]);
    expect(await readFlows(lab.client)).toMatchObject({ counts: [], notCounted: 0 });

    await countFlows(lab.client);
    await lab.run(lab.client, process.execPath, DATAGRAMS, ADDRESS.server.ip, '10', '9000');
    expect(await packetsOf('opened', lab.client)).toBe(1);
  });

  it('says which namespace is not there', async () => {
    for (const attempt of [readFlows('/run/netns/nowhere'), countFlows('/run/netns/nowhere')]) {
      await expect(attempt).rejects.toMatchObject({ code: 'NAMESPACE_UNAVAILABLE' });
    }
  });
});

const tcp = { match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 6 } } as const;

function ingress(rules: readonly FirewallRule[]): Firewall {
  return { lists: [], ingress: { enforced: [rules], tried: [], denyId: 'closed' }, tellsDns: false };
}

/** A table that keeps such packets away from the namespace. */
function drops(...protocols: readonly string[]): readonly string[] {
  return [
    'add table inet away',
    'add chain inet away input { type filter hook input priority -400; }',
    ...protocols.map((protocol) => `add rule inet away input meta l4proto ${protocol === 'icmp' ? 1 : 58} drop`),
  ];
}

async function counted(namespace: string): Promise<readonly Omit<FlowCount, 'id' | 'packets' | 'bytes'>[]> {
  const { counts = [] } = (await readFlows(namespace)) ?? {};
  return counts
    .map(({ id: _id, packets: _packets, bytes: _bytes, ...rest }) => rest)
    .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

async function sum(kind: FlowCount['kind'], unit: 'packets' | 'bytes', namespace: string): Promise<number> {
  const { counts = [] } = (await readFlows(namespace)) ?? {};
  return counts.reduce((total, one) => total + (one.kind === kind ? one[unit] : 0), 0);
}

const packetsOf = (kind: FlowCount['kind'], namespace: string): Promise<number> => sum(kind, 'packets', namespace);
const bytesOf = (kind: FlowCount['kind'], namespace: string): Promise<number> => sum(kind, 'bytes', namespace);

/** What a table of the test's own has seen. */
async function watched(namespace: string): Promise<number> {
  const objects = (await listTable(namespace, 'inet', 'watch')) ?? [];
  return objects.reduce((total, { counter }) => total + ((counter as { bytes?: number } | undefined)?.bytes ?? 0), 0);
}
