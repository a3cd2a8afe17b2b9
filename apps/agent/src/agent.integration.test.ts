import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSteadyClient } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { CARD, CARD_ORDER, missingForNamespaces, PLAIN_ORDER, withStand } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: the agent in real network namespaces: ${missing}\n`);

/** What was sent needs a moment to reach the other side's log. */
const LOG_MS = 300;
/** Long enough for a retransmission, short enough to wait for when nothing may come. */
const SILENCE_MS = 1_500;

describe.skipIf(missing !== undefined)('the agent', () => {
  it.each([4, 6] as const)('stops a card in the clear over IPv%i and lets everything else pass', (ip) =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
      const agent = await stand.startAgent();

      const plain = await stand.request({ path: '/orders', body: PLAIN_ORDER, ip });
      const card = await stand.request({ path: '/orders', body: CARD_ORDER, ip });

      expect(plain).toMatchObject({ status: 200 });
      expect(card).toMatchObject({ error: 'ECONNRESET' });
      const finding = await agent.waitFor('finding', (line) => stand.isAbout(line, 'finding'));
      expect(finding).toMatchObject({ detector: 'payment-card', sensor: 'stop-cards', verdict: 'block' });
      expect(JSON.stringify(agent.lines)).not.toContain(CARD);
      await agent.waitFor('session-blocked', (line) => stand.isAbout(line, 'session-blocked'));
      await sleep(LOG_MS);
      expect(stand.arrived()).toContain(JSON.stringify(PLAIN_ORDER));
      expect(stand.arrived()).not.toContain(CARD);
    }),
  );

  it('leaves no rule behind when it is to release what it held', () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
      const agent = await stand.startAgent({ onStop: 'release' });
      expect(await stand.rules()).toContain('table inet bulkhead');

      expect(await agent.stop('SIGTERM')).toBe(0);

      expect((await stand.rules()).trim()).toBe('');
      expect(agent.lines.some((line) => stand.isAbout(line, 'workload-released'))).toBe(true);
      expect(agent.lines.at(-1)).toMatchObject({ event: 'agent-stopped', rules: 'released' });
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ status: 200 });
    }));

  it('leaves the rules of another living agent alone, and clears those of a killed one', () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
      const agent = await stand.startAgent();

      const bystander = await stand.startBystander();
      await sleep(SILENCE_MS);

      expect(await stand.rules()).toContain('table inet bulkhead');
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });

      await bystander.stop('SIGTERM');
      await agent.stop('SIGKILL');
      await stand.startBystander();
      await sleep(SILENCE_MS);

      expect((await stand.rules()).trim()).toBe('');
    }));

  it('lets traffic go on when it is killed and onFailure is open', () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect', onFailure: 'open' });
      const agent = await stand.startAgent();
      const client = stand.keep(startSteadyClient(stand.client, stand.serverHost));
      await client.waitFor('an answer', (line) => line.event === 'answered');

      await agent.stop('SIGKILL');

      const from = client.lines.length;
      await client.waitFor('an answer', (line) => line.event === 'answered' && Number(line.number) > 3, { from });
      expect(await stand.rules()).toContain('table inet bulkhead');
      expect(await stand.request({ path: '/orders', body: PLAIN_ORDER })).toMatchObject({ status: 200 });
    }));

  it('holds traffic back when it is killed and onFailure is closed, and resumes the open connection when it is back', () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
      const agent = await stand.startAgent();
      const client = stand.keep(startSteadyClient(stand.client, stand.serverHost));
      await client.waitFor('an answer', (line) => line.event === 'answered');

      await agent.stop('SIGKILL');
      await sleep(LOG_MS);
      const from = client.lines.length;
      await sleep(SILENCE_MS);
      expect(client.lines.slice(from)).toEqual([]);
      const stopped = await stand.request({ path: '/orders', body: PLAIN_ORDER, timeoutMs: SILENCE_MS });
      expect(stopped).toMatchObject({ error: 'TIMEOUT' });

      const second = await stand.startAgent({ onStop: 'release' });
      await client.waitFor('an answer', (line) => line.event === 'answered', { from, withinMs: 30_000 });
      expect(client.lines.filter((line) => line.event !== 'answered')).toHaveLength(1);
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
      client.signal('SIGUSR2');
      const failed = await client.waitFor('reset', (line) => line.event === 'failed');
      expect(failed).toMatchObject({ error: 'ECONNRESET' });
      await sleep(LOG_MS);
      expect(stand.arrived()).not.toContain(CARD);
      await second.stop();
      expect((await stand.rules()).trim()).toBe('');
    }));

  it.each(['monitor', 'discover'])('reports and never blocks in %s mode', (mode) =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode, onFailure: 'closed', exceptions: { midstream: 'block', gap: 'block' } });
      const agent = await stand.startAgent();

      const outcome = await stand.request({ path: '/orders', body: CARD_ORDER });

      expect(outcome).toMatchObject({ status: 200 });
      const finding = await agent.waitFor('finding', (line) => stand.isAbout(line, 'finding'));
      expect(finding).toMatchObject({ detector: 'payment-card', verdict: 'alert', mode });
      expect(stand.arrived()).toContain(CARD);
      expect(await stand.rules()).not.toMatch(/table inet bulkhead \{|table ip|\b(drop|reject|queue(?!-))\b/);
      expect(agent.lines.some((line) => line.event === 'session-blocked')).toBe(false);
    }),
  );

  it('follows its policy file, and keeps the last valid policy over an invalid one', () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'monitor' });
      const agent = await stand.startAgent();
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ status: 200 });

      let from = agent.lines.length;
      await stand.writePolicy({ mode: 'protect' });
      await agent.waitFor('protection', (line) => stand.isAbout(line, 'workload-protected'), { from });
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });

      from = agent.lines.length;
      await writeFile(
        stand.policyFile,
        '{"apiVersion":"bulkhead.io/v1alpha1","kind":"WorkloadGroup","spec":{"mode":"ruin"}}',
      );
      const rejected = await agent.waitFor('rejection', (line) => line.event === 'policy-rejected', { from });
      expect(JSON.stringify(rejected.problems)).toContain('mode');
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });

      from = agent.lines.length;
      await stand.writePolicy({ mode: 'protect', sensors: [] });
      await agent.waitFor('protection', (line) => stand.isAbout(line, 'workload-protected'), { from });
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ status: 200 });
    }));

  it('serves metrics and readiness on loopback', () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect' });
      const agent = await stand.startAgent();
      await stand.request({ path: '/orders', body: CARD_ORDER });
      await agent.waitFor('finding', (line) => stand.isAbout(line, 'finding'));
      const url = String(agent.lines.find((line) => line.event === 'agent-started')?.metrics);

      const ready = await fetch(new URL('/readyz', url));
      const metrics = await (await fetch(url)).text();

      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect(ready.status).toBe(200);
      expect(metrics).toMatch(
        /bulkhead_findings_total\{detector="payment-card",sensor="stop-cards",verdict="block"\} 1/,
      );
    }));
});
