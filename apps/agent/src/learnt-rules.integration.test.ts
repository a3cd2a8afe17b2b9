import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineProcess, run, runIn } from '@bulkhead/lab';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FirewallStand, withFirewall } from './test-support/firewall-stand.ts';
import { DNS_SERVER, NAME_CLIENT } from './test-support/name-programs.ts';
import { missingForNamespaces } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: rules learnt in real network namespaces: ${missing}\n`);

const COMMAND_LINE = join(import.meta.dirname, '../../cli/src/main.ts');
const FAMILIES = [4, 6] as const;
const BOTH = ['server', 'friend'] as const;
const HTTP_PORT = 8080;
/** Flows are told some readings after they began. */
const READ = { withinMs: 40_000 };
/** Says what no protocol explains, long enough for that to be certain, and what came of it. */
const SAY = `
const [host, port] = process.argv.slice(1);
const say = (outcome) => { process.stdout.write(outcome); process.exit(0); };
setTimeout(() => say('silence'), 5000);
const socket = require('node:net').connect(Number(port), host);
socket.on('connect', () => socket.write(Buffer.alloc(400, '01ff', 'hex')));
socket.on('data', () => say('answered')).on('error', ({ code }) => say(code)).on('close', () => say('closed'));
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-learnt-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bulkhead = (...args: readonly string[]): Promise<string> => run(process.execPath, [COMMAND_LINE, ...args]);

type Watched = 'server' | 'friend';

const groups = (stand: FirewallStand, mode: string, names: readonly Watched[] = BOTH): readonly object[] =>
  names.map((name) => stand.group(name, { mode }));

async function watch(stand: FirewallStand, ...names: readonly Watched[]): Promise<LineProcess> {
  await stand.writePolicy(...groups(stand, 'discover', names));
  return stand.startAgent(...names);
}

/** Ends an agent once it has told what was spoken: whoever is ended before it has looked at all packets does not know. */
async function end(stand: FirewallStand, agent: LineProcess, ...names: readonly Watched[]): Promise<void> {
  for (const { path } of names.map((name) => stand.host(name))) {
    const isHeard = (line: object): boolean =>
      'netns' in line && line.netns === path && JSON.stringify(line).includes('"application":"http1"');
    await agent.waitFor('what was spoken', isHeard, READ);
  }
  await agent.stop('SIGTERM');
}

/** What is learnt of what an agent said, as text. */
async function learn(stand: FirewallStand, agent: LineProcess, ...names: readonly Watched[]): Promise<string> {
  const [lines = '', policy = '', learned = ''] = ['agent.jsonl', 'policy.yaml', 'learned.yaml'].map((name) =>
    join(folder, name),
  );
  await writeFile(lines, agent.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await writeFile(policy, asText(groups(stand, 'discover', names)));
  const text = await bulkhead('policy', 'learn', lines, '--policy', policy);
  await writeFile(learned, text);
  await writeFile(policy, asText(groups(stand, 'protect', names)));
  expect(await bulkhead('policy', 'check', policy, learned)).toMatch(/^ok: \d groups?, \d network rule sets?/);
  return text;
}

/** Starts an agent that enforces what was learnt. */
async function enforce(stand: FirewallStand, learned: string, ...names: readonly Watched[]): Promise<LineProcess> {
  await stand.writePolicyText(`${asText(groups(stand, 'protect', names))}\n---\n${learned}`);
  return stand.startAgent(...names);
}

function asText(documents: readonly object[]): string {
  return documents.map((each) => JSON.stringify(each)).join('\n---\n');
}

describe.skipIf(missing !== undefined)('rules that are learnt', () => {
  it('let pass what an agent saw over both families, and nothing else', () =>
    withFirewall(async (stand) => {
      const watching = await watch(stand, ...BOTH);
      for (const ip of FAMILIES) expect(await stand.call('friend', 'server', ip)).toMatchObject({ status: 200 });
      await end(stand, watching, ...BOTH);
      const learned = await learn(stand, watching, ...BOTH);

      const agent = await enforce(stand, learned, ...BOTH);
      for (const ip of FAMILIES) {
        expect(await stand.call('friend', 'server', ip)).toMatchObject({ status: 200 });
        expect(await stand.call('stranger', 'server', ip)).toMatchObject({ error: 'TIMEOUT' });
        expect(await stand.call('friend', 'stranger', ip)).toMatchObject({ error: 'TIMEOUT' });
        expect(await stand.call('server', 'friend', ip)).toMatchObject({ error: 'TIMEOUT' });
      }
      expect(await agent.waitFor('denial', ({ event }) => event === 'flow-denied')).toMatchObject({
        ruleSets: ['server-learned'],
      });
    }));

  it('never let in who was denied while they were learnt', () =>
    withFirewall(async (stand) => {
      const watching = await watch(stand, ...BOTH);
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      await end(stand, watching, ...BOTH);
      const first = await learn(stand, watching, ...BOTH);

      const enforcing = await enforce(stand, first, ...BOTH);
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      expect(await stand.call('stranger', 'server')).toMatchObject({ error: 'TIMEOUT' });
      await end(stand, enforcing, ...BOTH);

      const again = await learn(stand, enforcing, ...BOTH);
      expect(again).toContain(`denied and is not learnt: from ${stand.host('stranger').ipv4} on 8080/tcp`);
      const rules = (text: string): readonly string[] => text.match(/- \{ name: .*\}/g) ?? [];
      expect(rules(again)).toEqual(rules(first));
    }));

  it('name a server by the domain that was looked up, keep the look-ups, and have it spoken to as it was', () =>
    withFirewall(async (stand) => {
      const [server, resolver] = [stand.host('server').ipv4, stand.host('stranger').ipv4];
      const words = ['-e', DNS_SERVER, '--', server];
      const dns = stand.keep(new LineProcess('dns', stand.host('stranger').path, process.execPath, words));
      await dns.waitFor('dns', (line) => line.event === 'listening');
      const inFriend = (program: string, ...more: readonly string[]): Promise<string> =>
        runIn(stand.host('friend').path, process.execPath, ['-e', program, '--', ...more]);
      const look = (): Promise<string> => inFriend(NAME_CLIENT, resolver, 'www.shop.example', String(HTTP_PORT));
      const watching = await watch(stand, 'friend');
      expect(await look()).toBe('connected');
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      await end(stand, watching, 'friend');

      const learned = await learn(stand, watching, 'friend');
      expect(learned).toContain('peers: [ www.shop.example ], ports: [ 8080 ], applications: [ http ]');
      expect(learned).toContain(`peers: [ ${resolver} ], ports: [ 53, 53/udp ], applications: [ dns ]`);
      await enforce(stand, learned, 'friend');
      expect(await look()).toBe('connected');
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      expect(await stand.call('friend', 'stranger')).toMatchObject({ error: 'TIMEOUT' });
      expect(await inFriend(SAY, server, String(HTTP_PORT))).toMatch(/^(ECONNRESET|silence)$/);
    }));
});
