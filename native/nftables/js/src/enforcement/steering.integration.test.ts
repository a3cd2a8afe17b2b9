import { beforeEach, describe, expect, it } from 'vitest';
import { anyOf, assign, connectionMark, differs, equals, meta, packetMark } from '../nft-json.ts';
import { listTable } from '../nft-listing.ts';
import {
  ADDRESS,
  countPackets,
  lacksNamespaces,
  makeNetlab,
  type Netlab,
  testProgram,
  until,
} from '../test-support/netlab.ts';
import { dial, listen, tcpPeers } from '../test-support/tcp-peers.ts';
import { inspectState, isEnforced } from './inspect-state.ts';
import type { EnforcementOptions } from './options.ts';
import { protect } from './protect.ts';
import type { CounterName } from './table.ts';

const FORWARD: EnforcementOptions = { hooks: ['forward'], queueNumber: 3, onFailure: 'closed' };
const ENDPOINT: EnforcementOptions = { hooks: ['input', 'output'], queueNumber: 4, onFailure: 'closed' };

const FAMILIES = [
  ['IPv4', ADDRESS.server.ip],
  ['IPv6', ADDRESS.server.ip6],
] as const;

let lab: Netlab;

function freshLab(): void {
  beforeEach(async () => {
    lab = await makeNetlab();
    return () => lab[Symbol.asyncDispose]();
  });
}

describe.skipIf(lacksNamespaces())('with nobody at the queue', () => {
  freshLab();

  it.each(FAMILIES)('open lets %s by, and counts that nobody answered', async (_, address) => {
    await protect(lab.router, { ...FORWARD, onFailure: 'open' });

    const { client } = await tcpPeers(lab, address);
    client.write('hello');
    await client.saw(/^got hello$/);

    expect(await count('inspected')).toBeGreaterThanOrEqual(4);
    expect(await count('unanswered')).toBe(await count('inspected'));
  });

  it.each(FAMILIES)('closed stops %s until somebody answers', async (_, address) => {
    await protect(lab.router, FORWARD);
    const server = await listen(lab, lab.server, address);

    const client = dial(lab, address);
    await until(async () => (await count('inspected')) >= 2);
    expect(server.lines).toEqual(['ready']);
    expect(client.lines).toEqual([]);

    await answer('forward');
    await client.saw(/^connected$/);
    await server.saw(/^accepted$/);
  });

  it('closed stops marked packets too when somebody takes the queue rule away', async () => {
    await protect(lab.router, { ...FORWARD, queueVia: 'xtables' });
    const server = await listen(lab, lab.server, ADDRESS.server.ip);
    await lab.run(lab.router, 'iptables-nft', '-t', 'mangle', '-F', 'BULKHEAD-FWD');

    dial(lab, ADDRESS.server.ip);
    await until(async () => (await count('unanswered')) >= 2);

    expect(server.lines).toEqual(['ready']);
    expect(await inspectState(lab.router)).toMatchObject({ status: 'damaged' });
    expect(await isEnforced(lab.router)).toBe(false);
  });

  it('closed leaves neighbour discovery and ARP alone', async () => {
    await protect(lab.client, ENDPOINT);
    await lab.run(lab.router, 'ip', 'neigh', 'flush', 'dev', 'client');
    const addresses = [ADDRESS.client.ip, ADDRESS.client.ip6];

    for (const address of addresses) dial(lab, address, lab.router);

    for (const address of addresses) {
      await until(async () => {
        const entry = await lab.run(lab.router, 'ip', 'neigh', 'show', address, 'dev', 'client');
        return /lladdr/.test(entry);
      });
    }
    expect(await isEnforced(lab.client)).toBe(true);
  });

  it('closed leaves loopback alone', async () => {
    await protect(lab.client, ENDPOINT);
    await listen(lab, lab.client, '127.0.0.1');

    const local = dial(lab, '127.0.0.1');
    await local.saw(/^connected$/);
    local.write('hello');
    expect(await local.saw(/^got/)).toBe('got hello');
    expect(await count('inspected', lab.client)).toBe(0);
  });
});

describe.skipIf(lacksNamespaces())('a verdict', () => {
  freshLab();

  it('resumes at the next chain of the hook: the late one sees a packet that the queue gave back', async () => {
    await protect(lab.router, { ...FORWARD, onFailure: 'open' });
    const listener = await answer('untouched');

    const { client } = await tcpPeers(lab, ADDRESS.server.ip);
    client.write('hello');
    await client.saw(/^got hello$/);

    const queued = listener.lines.length - 1;
    expect(queued).toBeGreaterThanOrEqual(4);
    expect(await count('unanswered')).toBe(queued);
  });

  it.each(FAMILIES)('of forward leaves an %s connection to the queue', async (_, address) => {
    await protect(lab.router, FORWARD);
    await answer('forward');

    const { client } = await tcpPeers(lab, address);
    client.write('hello');
    await client.saw(/^got hello$/);

    expect(await count('unanswered')).toBe(0);
    expect(await count('handed-over')).toBe(0);
  });

  it.each(FAMILIES)('of pass takes the rest of an %s connection out of the queue', async (_, address) => {
    await protect(lab.router, FORWARD);
    const listener = await answer('pass');

    const { client } = await tcpPeers(lab, address);
    await listener.stop();
    for (const word of ['one', 'two', 'three']) {
      client.write(word);
      await client.saw(new RegExp(`^got ${word}$`));
    }

    expect(await count('inspected')).toBe(1);
    expect(await count('handed-over')).toBeGreaterThanOrEqual(6);
  });

  it.each(FAMILIES)('of block resets both ends of an %s connection, and its data never arrives', async (_, address) => {
    await protect(lab.router, FORWARD);
    const listener = await answer('forward');
    const { client, server } = await tcpPeers(lab, address);
    await listener.stop();
    const blocker = await answer('block');

    client.write('secret');
    await client.saw(/^error ECONNRESET$/);
    await blocker.stop();
    server.write('anything');
    await server.saw(/^error ECONNRESET$/);

    expect(server.lines).toEqual(['ready', 'accepted', 'error ECONNRESET']);
  });

  it.each(FAMILIES)("of block resets both ends in an endpoint's own namespace, over %s", async (_, address) => {
    await protect(lab.client, ENDPOINT);
    const listener = lab.start(lab.client, testProgram('answer_queue'), '4', 'forward');
    await listener.saw(/^ready$/);
    const { client, server } = await tcpPeers(lab, address);
    await listener.stop();
    await lab.start(lab.client, testProgram('answer_queue'), '4', 'block').saw(/^ready$/);

    server.write('into the workload');
    await server.saw(/^error ECONNRESET$/);
    client.write('out of the workload');
    await client.saw(/^error ECONNRESET$/);

    expect(client.lines).toEqual(['connected', 'error ECONNRESET']);
  });

  it('leaves all other bits of both marks as they were', async () => {
    await protect(lab.router, FORWARD);
    await answer('pass');
    const isTcp = equals(meta('l4proto'), 'tcp');
    const foreignMarks = [isTcp, assign(packetMark, 0xa0000123), assign(connectionMark, 0x50000055)];
    const isNew = equals({ ct: { key: 'state' } }, 'new');
    await countPackets(lab.router, 'marked', 'prerouting', -150, isNew, ...foreignMarks);
    await countPackets(lab.router, 'packet', 'postrouting', 0, isTcp, isNew, equals(packetMark, 0xa0000123));
    await countPackets(lab.router, 'connection', 'postrouting', 0, isTcp, equals(connectionMark, 0x52000055));
    await countPackets(lab.router, 'other', 'postrouting', 0, isTcp, differs(connectionMark, 0x52000055));

    const { client } = await tcpPeers(lab, ADDRESS.server.ip);
    client.write('hello');
    await client.saw(/^got hello$/);

    expect(await watched('packet')).toBe(await watched('marked'));
    expect(await watched('connection')).toBeGreaterThanOrEqual(5);
    expect(await watched('other')).toBe(0);
  });

  it.each([
    ['pass', 0x02000000],
    ['block', 0x04000000],
  ])('of %s that a process puts on its own packets does not count', async (_, mark) => {
    await protect(lab.client, { ...ENDPOINT, onFailure: 'open' });
    const send = (flags: string, payload: string) =>
      lab.run(
        lab.client,
        testProgram('send_segment'),
        ADDRESS.client.ip,
        ADDRESS.server.ip,
        flags,
        '8',
        payload,
        String(mark),
      );

    await send('0x10', '0');
    await send('0x10', '5');
    await send('0x18', '6');

    expect(await count('acknowledgements', lab.client)).toBe(1);
    expect(await count('inspected', lab.client)).toBeGreaterThanOrEqual(2);
    expect(await count('handed-over', lab.client)).toBe(0);
    expect(await count('blocked', lab.client)).toBe(0);
  });
});

describe.skipIf(lacksNamespaces())('applying rules again', () => {
  freshLab();

  it('keeps sessions, verdicts that connections carry, and counters', async () => {
    await protect(lab.router, FORWARD);
    const listener = await answer('pass');
    const { client } = await tcpPeers(lab, ADDRESS.server.ip);
    await listener.stop();

    for (let round = 1; round <= 10; round += 1) {
      await protect(lab.router, { ...FORWARD, queueNumber: 3 + round });
      client.write(`round-${round}`);
      await client.saw(new RegExp(`^got round-${round}$`));
    }

    expect(await count('inspected')).toBe(1);
    expect(await count('handed-over')).toBeGreaterThanOrEqual(20);
    expect(await inspectState(lab.router)).toMatchObject({ status: 'enforced', queues: [13, 13] });
  });

  it.each(FAMILIES)('leaves no moment in which %s packets get by', async (_, address) => {
    await protect(lab.router, FORWARD);
    await countPackets(lab.router, 'leaked', 'postrouting', 0, anyOf(meta('l4proto'), ['udp']));
    const flood = lab.start(
      lab.client,
      process.execPath,
      new URL('../test-support/udp-flood.ts', import.meta.url).pathname,
      address,
    );
    await flood.saw(/^flooding$/);
    await until(async () => (await count('inspected')) > 100);

    for (let round = 1; round <= 15; round += 1) {
      const before = await count('inspected');
      await protect(lab.router, { ...FORWARD, queueNumber: 3 + round, queueCount: 1 + (round % 3) });
      await until(async () => (await count('inspected')) > before + 100);
    }

    expect(flood.lines).toEqual(['flooding']);
    expect(await watched('leaked')).toBe(0);
  });

  it('stops everything for as long as quarantine lasts, encrypted sessions too, and then lets them go on', async () => {
    await protect(lab.router, FORWARD);
    await answer('pass');
    const { client, server } = await tcpPeers(lab, ADDRESS.server.ip);

    await protect(lab.router, { ...FORWARD, quarantine: true });
    client.write('held back');
    await until(async () => (await count('quarantined')) >= 2);
    expect(server.lines).toEqual(['ready', 'accepted']);
    expect(await inspectState(lab.router)).toMatchObject({ status: 'quarantined' });

    await protect(lab.router, FORWARD);
    await client.saw(/^got held back$/);
    expect(await inspectState(lab.router)).toMatchObject({ status: 'enforced', hooks: ['forward'] });
  });
});

async function answer(how: 'forward' | 'pass' | 'block' | 'drop' | 'untouched') {
  const listener = lab.start(lab.router, testProgram('answer_queue'), '3', how);
  await listener.saw(/^ready$/);
  return listener;
}

async function count(name: CounterName, namespace = lab.router): Promise<number> {
  const state = await inspectState(namespace);
  if (state.status === 'absent') throw new Error('the rules are gone');
  return state.counters[name].packets;
}

async function watched(name: string): Promise<number> {
  for (const object of (await listTable(lab.router, 'inet', 'watch')) ?? []) {
    const counter = object.counter as { name: string; packets: number } | undefined;
    if (counter?.name === name) return counter.packets;
  }
  throw new Error(`nothing is counted as ${name}`);
}
