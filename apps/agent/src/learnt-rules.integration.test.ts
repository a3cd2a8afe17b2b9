import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LineProcess, run } from '@bulkhead/lab';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FirewallStand, withFirewall } from './test-support/firewall-stand.ts';
import { missingForNamespaces } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: rules learnt in real network namespaces: ${missing}\n`);

const COMMAND_LINE = join(import.meta.dirname, '../../cli/src/main.ts');
const FAMILIES = [4, 6] as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-learnt-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bulkhead = (...args: readonly string[]): Promise<string> => run(process.execPath, [COMMAND_LINE, ...args]);

const groups = (stand: FirewallStand, mode: string): readonly object[] => [
  stand.group('server', { mode }),
  stand.group('friend', { mode }),
];

async function watch(stand: FirewallStand, mode: string): Promise<LineProcess> {
  await stand.writePolicy(...groups(stand, mode));
  return stand.startAgent('server', 'friend');
}

/** What is learnt of what an agent said, as text. */
async function learn(stand: FirewallStand, agent: LineProcess, ...options: readonly string[]): Promise<string> {
  const [lines, policy, learned] = ['agent.jsonl', 'policy.yaml', 'learned.yaml'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(lines, agent.lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await writeFile(policy, asText(groups(stand, 'discover')));
  const text = await bulkhead('policy', 'learn', lines, '--policy', policy, ...options);
  await writeFile(learned, text);
  await writeFile(policy, asText(groups(stand, 'protect')));
  expect(await bulkhead('policy', 'check', policy, learned)).toMatch(/^ok: 2 groups, 2 network rule sets/);
  return text;
}

function asText(documents: readonly object[]): string {
  return documents.map((each) => JSON.stringify(each)).join('\n---\n');
}

describe.skipIf(missing !== undefined)('rules that are learnt', () => {
  it('let pass what an agent saw over both families, and nothing else', () =>
    withFirewall(async (stand) => {
      const watching = await watch(stand, 'discover');
      for (const ip of FAMILIES) expect(await stand.call('friend', 'server', ip)).toMatchObject({ status: 200 });
      await watching.stop('SIGTERM');
      const learned = await learn(stand, watching);

      await stand.writePolicyText(`${asText(groups(stand, 'protect'))}\n---\n${learned}`);
      const agent = await stand.startAgent('server', 'friend');
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
      const watching = await watch(stand, 'discover');
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      await watching.stop('SIGTERM');
      const first = await learn(stand, watching);

      const strict = `${asText(groups(stand, 'protect'))}\n---\n${first}`;
      await stand.writePolicyText(strict);
      const enforcing = await stand.startAgent('server', 'friend');
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      expect(await stand.call('stranger', 'server')).toMatchObject({ error: 'TIMEOUT' });
      await enforcing.stop('SIGTERM');

      const again = await learn(stand, enforcing);
      expect(again).toContain(`denied and is not learnt: from ${stand.host('stranger').ipv4} on 8080/tcp`);
      const rules = (text: string): readonly string[] => text.match(/- \{ name: .*\}/g) ?? [];
      expect(rules(again)).toEqual(rules(first));
    }));
});
