import { beforeEach, describe, expect, it } from 'vitest';
import { inspectState } from '../enforcement/inspect-state.ts';
import { changeFirewall, protect, release } from '../enforcement/protect.ts';
import { openLog } from '../log-reader.ts';
import { ADDRESS, lacksNamespaces, makeNetlab, type Netlab, testProgram, until } from '../test-support/netlab.ts';
import type { Peer } from '../test-support/peer.ts';
import { dialAloud, listen, tcpPeers } from '../test-support/tcp-peers.ts';
import { runText } from '../transaction.ts';
import { MAX_ADMITTED } from './admitted.ts';
import { type AddressList, type Firewall, type FirewallRule, LOG_GROUP, readLogPrefix } from './firewall.ts';

const CLIENT: AddressList = {
  name: 'client',
  ipv4: [[ADDRESS.client.ip, ADDRESS.client.ip]],
  ipv6: [[ADDRESS.client.ip6, ADDRESS.client.ip6]],
};
const NOBODY: AddressList = { name: 'client', ipv4: [], ipv6: [] };

const ALLOW_CLIENT: FirewallRule = {
  id: 'client',
  action: 'allow',
  log: false,
  peers: 'client',
  ports: [{ protocol: 'tcp', ports: [8000, 8100] }],
};

function ingress(rules: readonly FirewallRule[], lists: readonly AddressList[] = [CLIENT]): Firewall {
  return { lists, ingress: { enforced: [rules], tried: [], denyId: 'closed' }, tellsDns: false };
}

const NOT_INSPECTED = { hooks: [], queueNumber: 0, onFailure: 'open' } as const;
/** Longer than a handshake here takes, and than the first retransmission of one. */
const SILENCE_MS = 1_500;
const ADDED_AT_ONCE = 4_096;
/** Where servers of these tests listen. */
const PORT = 8080;

let lab: Netlab;

describe.skipIf(lacksNamespaces())('a firewall', () => {
  beforeEach(async () => {
    const made = await makeNetlab();
    lab = made;
    return async () => {
      await made[Symbol.asyncDispose]();
    };
  });

  it.each(['ip', 'ip6'] as const)('lets in over %s who is allowed and nobody else', async (family) => {
    const { [family]: address } = ADDRESS.server;
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([ALLOW_CLIENT]) });
    expect(await inspectState(lab.server)).toMatchObject({ status: 'filtered' });
    const { client } = await tcpPeers(lab, address);
    client.write('hello');
    await client.saw(/^got hello/);

    const stranger = dialAloud(lab, address, lab.router);
    expect(await connects(stranger)).toBe(false);
  });

  it('judges ports by ranges, and closes a direction for which there is no rule', async () => {
    const elsewhere: FirewallRule = { ...ALLOW_CLIENT, ports: [{ protocol: 'tcp', ports: [9000, 9999] }] };
    await listen(lab, lab.server, ADDRESS.server.ip);
    for (const rules of [[elsewhere], []]) {
      await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress(rules) });
      expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(false);
    }
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([ALLOW_CLIENT]) });
    expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(true);
  });

  it('is seen, changed and taken away with as many admitted flows as it remembers', async () => {
    const firewall = ingress([ALLOW_CLIENT]);
    await protect(lab.server, { ...NOT_INSPECTED, firewall });
    await admit(lab.server, 'admitted-4', '198.51.100.200');
    await admit(lab.server, 'admitted-6', '2001:db8:1111:2222:3333:4444:5555:6666');

    expect(await inspectState(lab.server)).toMatchObject({ status: 'filtered' });
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([ALLOW_CLIENT], [NOBODY]) });
    await release(lab.server);
    expect(await inspectState(lab.server)).toEqual({ status: 'absent' });
  });

  it('takes the first rule of a list that holds, and a denial over what another list allows', async () => {
    const deny: FirewallRule = { id: 'no', action: 'deny', log: true, peers: 'client' };
    await listen(lab, lab.server, ADDRESS.server.ip);
    const lists = [CLIENT];
    const both = (enforced: Firewall['ingress'] & {}): Firewall => ({ lists, ingress: enforced, tellsDns: false });
    for (const [enforced, expected] of [
      [[[ALLOW_CLIENT, deny]], true],
      [[[deny, ALLOW_CLIENT]], false],
      [[[ALLOW_CLIENT], [deny]], false],
      [[[], [ALLOW_CLIENT]], true],
    ] as const) {
      await protect(lab.server, { ...NOT_INSPECTED, firewall: both({ enforced, tried: [], denyId: 'closed' }) });
      expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(expected);
    }
  });

  it('ends a connection that a new rule denies, and keeps one that is still allowed', async () => {
    const allowed = ingress([ALLOW_CLIENT]);
    const more = ingress([{ ...ALLOW_CLIENT, id: 'more', log: true }]);
    await protect(lab.server, { ...NOT_INSPECTED, firewall: allowed });
    const { client, server } = await tcpPeers(lab, ADDRESS.server.ip);
    client.write('one');
    await client.saw(/^got one/);

    await changeFirewall(lab.server, allowed, more);
    client.write('two');
    await client.saw(/^got two/);

    await changeFirewall(lab.server, more, ingress([{ ...ALLOW_CLIENT, id: 'more', log: true }], [NOBODY]));
    client.write('three');
    await client.saw(/^error ECONNRESET/);
    expect(server.lines.join()).not.toContain('three');
  });

  it('tells the rule that denied, and tells of what is only tried without denying it', async () => {
    const told: string[] = [];
    const log = openLog(lab.server, {
      group: LOG_GROUP,
      maxPacketBytes: 128,
      onPackets: (packets) => {
        for (const { prefix, packet } of packets) {
          const { kind, id } = readLogPrefix(prefix) ?? {};
          told.push(`${kind} ${id} ${packet.subarray(12, 16).join('.')}`);
        }
      },
    });
    try {
      expect(() => openLog(lab.server, { group: LOG_GROUP, maxPacketBytes: 128, onPackets: () => undefined })).toThrow(
        expect.objectContaining({ code: 'LOG_REFUSED' }),
      );
      await listen(lab, lab.server, ADDRESS.server.ip);
      const deny: FirewallRule = { id: 'never', action: 'deny', log: true, peers: 'client' };
      const tried: Firewall = {
        lists: [CLIENT],
        ingress: { enforced: [], tried: [[deny]], tryId: 'untold' },
        tellsDns: false,
      };
      await protect(lab.server, { ...NOT_INSPECTED, firewall: tried });
      expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(true);
      await until(async () => told.length > 0);
      expect(told).toEqual([`alert never ${ADDRESS.client.ip}`]);

      told.length = 0;
      await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([deny]) });
      expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(false);
      await until(async () => told.length > 0);
      expect(new Set(told)).toEqual(new Set([`deny never ${ADDRESS.client.ip}`]));

      told.length = 0;
      await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([{ ...ALLOW_CLIENT, log: true }]) });
      expect(await connects(dialAloud(lab, ADDRESS.server.ip, lab.router))).toBe(false);
      expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(true);
      await until(async () => told.some((line) => line.startsWith('allow')));
      expect(told).toContain(`allow client ${ADDRESS.client.ip}`);
      expect(told).toContain('deny closed 10.201.2.254');
    } finally {
      log.close();
    }
  });

  it('tells what the kernel logged, and not what a process of the namespace says was logged', async () => {
    const told: string[] = [];
    const log = openLog(lab.server, {
      group: LOG_GROUP,
      maxPacketBytes: 128,
      onPackets: (packets) => told.push(...packets.map(({ prefix }) => readLogPrefix(prefix)?.id ?? prefix)),
    });
    try {
      expect(await lab.run(lab.server, testProgram('forge_log'), 'forged')).toBe('0\n');
      await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([]) });
      expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(false);
      await until(async () => told.length > 0);
      expect(new Set(told)).toEqual(new Set(['closed']));
    } finally {
      log.close();
    }
  });

  it('judges what a namespace opens itself, and lets answers pass', async () => {
    const server: AddressList = { name: 'server', ipv4: [[ADDRESS.server.ip, ADDRESS.server.ip]], ipv6: [] };
    const rule: FirewallRule = { id: 'server', action: 'allow', log: false, peers: 'server' };
    const egress = (rules: readonly FirewallRule[]): Firewall => ({
      lists: [server],
      ingress: { enforced: [[]], tried: [], denyId: 'in' },
      egress: { enforced: [rules], tried: [], denyId: 'out' },
      tellsDns: false,
    });
    await protect(lab.client, { ...NOT_INSPECTED, firewall: egress([rule]) });
    const { client } = await tcpPeers(lab, ADDRESS.server.ip);
    client.write('hello');
    await client.saw(/^got hello/);

    await listen(lab, lab.server, ADDRESS.server.ip6);
    expect(await connects(dialAloud(lab, ADDRESS.server.ip6))).toBe(false);
  });

  it.each(['ip', 'ip6'] as const)(
    'lets pass over %s what is opened to one of many ends, at its port',
    async (family) => {
      const { [family]: address } = ADDRESS.server;
      const rule: FirewallRule = { id: 'server', action: 'allow', log: false, also: [{ ends: 'ends' }] };
      const none: FirewallRule = { ...rule, peers: 'nobody' };
      const egress = (...ports: readonly number[]): Firewall => {
        const ends = ports.map((port) => [address, 'tcp', port] as const);
        return {
          lists: [{ name: 'nobody', ipv4: [], ipv6: [] }],
          ends: [{ name: 'ends', ipv4: family === 'ip' ? ends : [], ipv6: family === 'ip' ? [] : ends }],
          egress: { enforced: [[none]], tried: [], denyId: 'out' },
          tellsDns: false,
        };
      };
      await listen(lab, lab.server, address);
      const many = Array.from({ length: 4_000 }, (_, index) => 10_000 + index);
      await protect(lab.client, { ...NOT_INSPECTED, firewall: egress(...many, PORT) });
      expect(await connects(dialAloud(lab, address))).toBe(true);

      // The set alone is another one; the rules stay.
      await changeFirewall(lab.client, egress(...many, PORT), egress(...many));
      expect(await connects(dialAloud(lab, address))).toBe(false);
      await changeFirewall(lab.client, egress(...many), egress(PORT));
      expect(await connects(dialAloud(lab, address))).toBe(true);
    },
  );

  it('does not believe a mark that a process puts on its own packets', async () => {
    await protect(lab.client, {
      ...NOT_INSPECTED,
      firewall: { lists: [], egress: { enforced: [[]], tried: [], denyId: 'out' }, tellsDns: false },
    });
    await listen(lab, lab.server, ADDRESS.server.ip);
    await runText(lab.client, [
      'add table inet theirs',
      'add chain inet theirs marking { type filter hook output priority -300; }',
      'add rule inet theirs marking meta mark set 0x08000000',
    ]);
    expect(await connects(dialAloud(lab, ADDRESS.server.ip))).toBe(false);
  });

  it('lives beside inspection, leaves nothing idle behind, and goes with it', async () => {
    const options = { hooks: ['input', 'output'], queueNumber: 9, onFailure: 'open' } as const;
    await protect(lab.server, { ...options, firewall: ingress([{ ...ALLOW_CLIENT, log: true }]) });
    await tcpPeers(lab, ADDRESS.server.ip);
    expect(await connects(dialAloud(lab, ADDRESS.server.ip, lab.router))).toBe(false);

    await protect(lab.server, { ...options, firewall: ingress([], [{ ...CLIENT, name: 'other' }]) });
    const listed = await lab.run(lab.server, 'nft', 'list', 'table', 'inet', 'bulkhead');
    expect(listed).not.toContain('allow-client');
    expect(listed).not.toContain('set client-4');

    await protect(lab.server, options);
    const without = await lab.run(lab.server, 'nft', 'list', 'table', 'inet', 'bulkhead');
    expect(without).not.toMatch(/firewall-|admitted|other-4/);
    await release(lab.server);
    expect((await lab.run(lab.server, 'nft', 'list', 'ruleset')).trim()).toBe('');
  });

  it('leaves no list behind that the rules have lost, though all chains stay', async () => {
    const other: AddressList = { ...CLIENT, name: 'other' };
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([ALLOW_CLIENT], [CLIENT, other]) });
    await protect(lab.server, { ...NOT_INSPECTED, firewall: ingress([ALLOW_CLIENT]) });
    const listed = await lab.run(lab.server, 'nft', 'list', 'table', 'inet', 'bulkhead');
    expect(listed).toContain('set client-4');
    expect(listed).not.toContain('set other-');
  });

  it('refuses a change from rules that are not there, and leaves those that are', async () => {
    const there = ingress([ALLOW_CLIENT]);
    await protect(lab.server, { ...NOT_INSPECTED, firewall: there });
    const before = await lab.run(lab.server, 'nft', 'list', 'ruleset');
    const deny: FirewallRule = { id: 'x', action: 'deny', log: true };
    await expect(changeFirewall(lab.server, ingress([deny]), ingress([ALLOW_CLIENT]))).rejects.toMatchObject({
      code: 'TRANSACTION_REFUSED',
    });
    expect(await lab.run(lab.server, 'nft', 'list', 'ruleset')).toBe(before);
  });
});

/** Fills a set of admitted flows. */
async function admit(namespace: string, set: string, address: string): Promise<void> {
  const ports = Array.from({ length: MAX_ADMITTED }, (_, port) => port);
  for (let from = 0; from < ports.length; from += ADDED_AT_ONCE) {
    const added = ports
      .slice(from, from + ADDED_AT_ONCE)
      .map((port) => `${address} . ${address} . tcp . ${port} . 54321`);
    await runText(namespace, [`add element inet bulkhead ${set} { ${added.join(', ')} }`]);
  }
}

async function connects(peer: Peer): Promise<boolean> {
  await peer.saw(/^dialling$/);
  const late = new Promise<false>((resolve) => void setTimeout(() => resolve(false), SILENCE_MS));
  const seen = peer.saw(/^connected$/).then(
    () => true,
    () => false,
  );
  const connected = await Promise.race([seen, late]);
  await peer.stop();
  return connected;
}
