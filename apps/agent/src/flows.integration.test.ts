import { type Line, LineProcess, runIn } from '@bulkhead/lab';
import { describe, expect, it, vi } from 'vitest';
import type { CountedFlow } from './event/agent-event.ts';
import { document, type FirewallStand, withFirewall } from './test-support/firewall-stand.ts';
import { DNS_SERVER, NAME_CLIENT } from './test-support/name-programs.ts';
import { missingForNamespaces } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: flows of real network namespaces: ${missing}\n`);

const HTTP_PORT = 8080;
const DNS_PORT = 53;
const UDP_PORT = 9999;
const DATAGRAM_BYTES = 100;
const UDP_HEADERS = 28;
/** Two readings, and what else the machine does meanwhile. */
const READ = { withinMs: 60_000 };

const SENDER = `
const [host, port, ...sizes] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
const next = () => sizes.length === 0 ? socket.close() : socket.send(Buffer.alloc(Number(sizes.pop())), Number(port), host, next);
next();
`;

type FlowsLine = Line & { readonly flows: readonly CountedFlow[] };

describe.skipIf(missing !== undefined)('flows', () => {
  it('are told within a reading where nothing else is done, and every byte of them by the end', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(stand.group('server', { mode: 'discover' }), stand.group('friend', { mode: 'monitor' }));
      const agent = await stand.startAgent('server', 'friend');
      await watchBytes(stand);
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      await agent.waitFor('flows', (line) => isAbout(stand, line), READ);

      for (const ip of [4, 6] as const) expect(await stand.call('friend', 'server', ip)).toMatchObject({ status: 200 });
      await send(stand, 3);
      expect(await stand.rules('server')).not.toContain('table inet bulkhead {');
      await agent.stop('SIGTERM');

      const { host, udp } = peers(stand, 'friend');
      const server = toldOf(stand, agent, 'server');
      expect(sumOf(server, host)).toMatchObject({
        direction: 'ingress',
        protocol: 'tcp',
        verdict: 'allow',
        sessions: 2,
      });
      expect(sumOf(server, udp)).toMatchObject({ sessions: 1, bytes: 3 * (DATAGRAM_BYTES + UDP_HEADERS) });
      const bytes = server.filter(({ protocol }) => protocol !== 'icmp').reduce((sum, flow) => sum + flow.bytes, 0);
      expect(bytes).toBe(await watchedBytes(stand));

      const friend = toldOf(stand, agent, 'friend');
      const { ipv4 } = stand.host('server');
      expect(sumOf(friend, { peer: ipv4, port: HTTP_PORT })).toEqual({
        ...sumOf(server, host),
        direction: 'egress',
        peer: ipv4,
      });
      const line = agent.lines.find((each) => isAbout(stand, each));
      expect(line).toMatchObject({ groups: ['server'], mode: 'discover', addresses: expect.arrayContaining([ipv4]) });
    }));

  it.each(['discover', 'protect'])('say in %s what was spoken, and by which name the peer was looked up', (mode) =>
    withFirewall(async (stand) => {
      const [server, resolver] = [stand.host('server').ipv4, stand.host('stranger').ipv4];
      const words = ['-e', DNS_SERVER, '--', server];
      const dns = stand.keep(new LineProcess('dns', stand.host('stranger').path, process.execPath, words));
      await dns.waitFor('dns', (line) => line.event === 'listening');
      await stand.writePolicy(stand.group('friend', { mode }));
      const agent = await stand.startAgent('friend');
      const client = ['-e', NAME_CLIENT, '--', resolver, 'www.shop.example', String(HTTP_PORT)];
      expect(await runIn(stand.host('friend').path, process.execPath, client)).toBe('connected');
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      await agent.waitFor('flows', (line) => isAbout(stand, line, 'friend'), READ);
      await agent.stop('SIGTERM');

      const told = toldOf(stand, agent, 'friend').filter(({ port }) => port === HTTP_PORT || port === DNS_PORT);
      expect(told.toSorted((a, b) => Number(a.port) - Number(b.port))).toMatchObject([
        { direction: 'egress', protocol: 'udp', peer: resolver, port: DNS_PORT, application: 'dns' },
        {
          direction: 'egress',
          protocol: 'tcp',
          peer: server,
          application: 'http1',
          domain: 'www.shop.example',
          sessions: 2,
        },
      ]);
    }),
  );

  it('say what was denied, and what rules that are tried would deny', () =>
    withFirewall(async (stand) => {
      const rules = (group: string): object =>
        document('NetworkRuleSet', `${group}-rules`, {
          groups: [group],
          ingress: [{ name: 'friend', action: 'allow', peers: ['friend'], ports: [HTTP_PORT] }],
        });
      await stand.writePolicy(
        stand.group('server', { mode: 'protect' }),
        stand.group('friend', { mode: 'discover' }),
        rules('server'),
      );
      const agent = await stand.startAgent('server', 'friend');
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      expect(await stand.call('stranger', 'server')).toMatchObject({ error: 'TIMEOUT' });
      const from = agent.lines.length;
      await stand.writePolicy(
        stand.group('server', { mode: 'monitor' }),
        stand.group('friend', { mode: 'discover' }),
        rules('server'),
      );
      await stand.held(agent, 'server', from);
      expect(await stand.call('stranger', 'server')).toMatchObject({ status: 200 });
      await agent.stop('SIGTERM');

      const told = toldOf(stand, agent, 'server');
      const [friend, stranger] = [peers(stand, 'friend').host, peers(stand, 'stranger').host];
      expect(verdictsOf(told, friend)).toEqual(['allow']);
      expect(verdictsOf(told, stranger).toSorted()).toEqual(['alert', 'block']);
      const alerted = told.filter(({ peer, verdict }) => peer === stranger.peer && verdict === 'alert');
      expect(alerted.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(1);
    }));

  it('are told once by agents that follow one another, and again after one that was killed', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(stand.group('server', { mode: 'discover' }));
      const { host } = peers(stand, 'friend');
      const first = await stand.startAgent('server');
      await stand.call('friend', 'server');
      await first.stop('SIGTERM');
      expect(sumOf(toldOf(stand, first, 'server'), host)).toMatchObject({ sessions: 1 });

      // Nobody is there to tell of it, but it is counted.
      await stand.call('friend', 'server');
      const second = await stand.startAgent('server');
      await second.waitFor('flows', (line) => isAbout(stand, line), READ);
      await second.stop('SIGKILL');
      expect(sumOf(toldOf(stand, second, 'server'), host)).toMatchObject({ sessions: 1 });

      const third = await stand.startAgent('server');
      await third.waitFor('flows', (line) => isAbout(stand, line), READ);
      await third.stop('SIGTERM');
      expect(sumOf(toldOf(stand, third, 'server'), host)).toMatchObject({ sessions: 1 });
    }));

  it('are counted again where somebody took the rules away', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(stand.group('server', { mode: 'discover' }));
      const agent = await stand.startAgent('server');
      await runIn(stand.host('server').path, 'nft', ['delete', 'table', 'inet', 'bulkhead-flows']);
      await vi.waitFor(async () => expect(await stand.rules('server')).toContain('bulkhead-flows'), {
        timeout: READ.withinMs,
      });
      await stand.call('friend', 'server');
      await agent.stop('SIGTERM');

      expect(sumOf(toldOf(stand, agent, 'server'), peers(stand, 'friend').host)).toMatchObject({ sessions: 1 });
    }));

  it('are not counted any more by an agent that is told not to', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(stand.group('server', { mode: 'discover' }));
      const counting = await stand.startAgent('server');
      await counting.stop('SIGTERM');
      expect(await stand.rules('server')).toContain('bulkhead-flows');

      stand.agentOptions = { flows: false };
      const silent = await stand.startAgent('server');
      expect(await stand.rules('server')).toBe('');
      await stand.call('friend', 'server');
      await silent.stop('SIGTERM');

      expect(toldOf(stand, silent, 'server')).toEqual([]);
    }));
});

function isAbout(stand: FirewallStand, line: Line, name: 'server' | 'friend' = 'server'): boolean {
  return line.event === 'flows' && line.netns === stand.host(name).path;
}

function toldOf(stand: FirewallStand, agent: LineProcess, name: 'server' | 'friend'): readonly CountedFlow[] {
  return agent.lines.filter((line) => isAbout(stand, line, name)).flatMap((line) => (line as FlowsLine).flows);
}

interface Peer {
  readonly peer: string;
  readonly port: number;
}

function peers(stand: FirewallStand, name: 'friend' | 'stranger'): { readonly host: Peer; readonly udp: Peer } {
  const { ipv4: peer } = stand.host(name);
  return { host: { peer, port: HTTP_PORT }, udp: { peer, port: UDP_PORT } };
}

/** What was told of a flow all in all. */
function sumOf(flows: readonly CountedFlow[], { peer, port }: Peer): CountedFlow | undefined {
  const [first, ...rest] = flows.filter((flow) => flow.peer === peer && flow.port === port);
  if (first === undefined) return undefined;
  return rest.reduce(
    (sum, flow) => ({ ...sum, sessions: sum.sessions + flow.sessions, bytes: sum.bytes + flow.bytes }),
    first,
  );
}

function verdictsOf(flows: readonly CountedFlow[], { peer, port }: Peer): readonly string[] {
  return [...new Set(flows.filter((flow) => flow.peer === peer && flow.port === port).map(({ verdict }) => verdict))];
}

async function send(stand: FirewallStand, count: number): Promise<void> {
  const sizes = Array.from({ length: count }, () => String(DATAGRAM_BYTES));
  const words = ['-e', SENDER, stand.host('server').ipv4, String(UDP_PORT), ...sizes];
  await runIn(stand.host('friend').path, process.execPath, words);
}

/** Has the server's namespace count TCP and UDP in a table of the test's own. */
async function watchBytes(stand: FirewallStand): Promise<void> {
  const { path } = stand.host('server');
  const rules = [
    'add table inet watch',
    ...['input', 'output'].flatMap((hook) => [
      `add chain inet watch ${hook} { type filter hook ${hook} priority -100; }`,
      `add rule inet watch ${hook} meta l4proto { tcp, udp } counter`,
    ]),
  ];
  await runIn(path, 'nft', [rules.join('; ')]);
}

async function watchedBytes(stand: FirewallStand): Promise<number> {
  const text = await runIn(stand.host('server').path, 'nft', ['list', 'table', 'inet', 'watch']);
  return [...text.matchAll(/bytes (\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
