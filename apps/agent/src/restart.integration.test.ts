import { setTimeout as sleep } from 'node:timers/promises';
import { request, startSteadyClient } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { document, type FirewallStand, withFirewall } from './test-support/firewall-stand.ts';
import { Knocker } from './test-support/knocker.ts';
import { CARD, CARD_ORDER, missingForNamespaces, PLAIN_ORDER, withStand } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: an agent that is started anew: ${missing}\n`);

const HTTP_PORT = 8080;
/** Enough to have some in every moment of what is looked at. */
const TRIES = 40;
/** Longer than the first retransmission of what nobody acknowledges. */
const SILENCE_MS = 1_500;

function friendsOnly(stand: FirewallStand, spec: object = {}): readonly object[] {
  return [
    stand.group('server', { mode: 'protect', ...spec }),
    stand.group('friend', { mode: 'discover' }),
    document('NetworkRuleSet', 'server-rules', {
      groups: ['server'],
      ingress: [{ name: 'friend', action: 'allow', peers: ['friend'], ports: [HTTP_PORT] }],
    }),
  ];
}

function knockAs(stand: FirewallStand, name: 'friend' | 'stranger'): Knocker {
  const knocker = new Knocker(stand.host(name), stand.host('server'), HTTP_PORT);
  stand.keep(knocker.process);
  return knocker;
}

describe.skipIf(missing !== undefined)('an agent that is started anew', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'after %s lets nobody in who is denied, not once, and ends no connection',
    (signal) =>
      withFirewall(async (stand) => {
        await stand.writePolicy(...friendsOnly(stand, { onFailure: 'open' }));
        const agent = await stand.startAgent('server', 'friend');
        const friend = stand.keep(startSteadyClient(stand.host('friend'), stand.host('server')));
        await friend.waitFor('an answer', (line) => line.event === 'answered');
        const knocker = knockAs(stand, 'stranger');
        await knocker.tries(TRIES);

        await agent.stop(signal);
        await knocker.tries(TRIES);
        expect(await stand.rules('server')).toContain('table inet bulkhead');
        await stand.startAgent('server', 'friend');
        await knocker.tries(TRIES);

        expect(knocker.through).toEqual([]);
        const from = friend.lines.length;
        await friend.waitFor('an answer', (line) => line.event === 'answered', { from });
        expect(friend.lines.filter(({ event }) => event === 'failed' || event === 'closed')).toEqual([]);
      }),
  );

  it('says on ending that the rules are kept, and with onStop: release that they are not, which lets everybody in', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(...friendsOnly(stand));
      const agent = await stand.startAgent('server');
      expect(await agent.stop('SIGTERM')).toBe(0);
      expect(agent.lines.at(-1)).toMatchObject({ event: 'agent-stopped', rules: 'kept', problems: [] });
      stand.agentOptions = { onStop: 'release' };
      const second = await stand.startAgent('server');
      const knocker = knockAs(stand, 'stranger');
      await knocker.tries(TRIES);
      expect(knocker.through).toEqual([]);

      await second.stop('SIGTERM');

      await knocker.process.waitFor('a connection', (line) => line.event === 'through');
      expect(await stand.rules('server')).toBe('');
    }));

  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s has kept who is in quarantine cut off', (signal) =>
    withFirewall(async (stand) => {
      await stand.writePolicy(stand.group('server', { mode: 'protect', quarantine: true }));
      const agent = await stand.startAgent('server');
      const knocker = knockAs(stand, 'friend');
      await knocker.tries(TRIES);

      await agent.stop(signal);
      await knocker.tries(TRIES);
      await stand.startAgent('server');
      await knocker.tries(TRIES);

      expect(knocker.through).toEqual([]);
    }),
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'holds a card that was sent while none ran after %s, and stops it, where a group fails closed',
    (signal) =>
      withStand(async (stand) => {
        await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
        await (await stand.startAgent()).stop(signal);

        const card = stand.request({ path: '/orders', body: CARD_ORDER, timeoutMs: 60_000 });
        await sleep(SILENCE_MS);
        expect(stand.arrived()).not.toContain('orders');
        await stand.startAgent();

        expect(await card).toMatchObject({ error: 'ECONNRESET' });
        expect(await stand.request({ path: '/orders', body: PLAIN_ORDER })).toMatchObject({ status: 200 });
        expect(stand.arrived()).not.toContain(CARD);
      }),
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'lets a card pass that was sent while none ran after %s, where a group fails open, and stops the next',
    (signal) =>
      withStand(async (stand) => {
        await stand.writePolicy({ mode: 'protect', onFailure: 'open' });
        await (await stand.startAgent()).stop(signal);

        expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ status: 200 });
        await stand.startAgent();
        expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
      }),
  );

  it('is cleaned up after by --clean-up, which leaves what a living agent holds', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(...friendsOnly(stand), stand.group('stranger', { mode: 'protect', quarantine: true }));
      const agent = await stand.startAgent('server', 'stranger');
      const refused = await stand.cleanUp();
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.lines.join()).toContain('an agent that runs answers for them');
      expect(await request(stand.host('friend'), stand.host('server'), { path: '/' })).toMatchObject({ status: 200 });
      await agent.stop('SIGTERM');
      expect(await stand.rules('stranger')).toContain('table inet bulkhead');
      expect(await stand.rules('friend')).toContain('table inet bulkhead-flows');

      const cleaned = await stand.cleanUp();

      expect(cleaned.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        { event: 'rules-removed', netns: expect.any(String) },
        { event: 'rules-removed', netns: expect.any(String) },
        { event: 'rules-removed', netns: expect.any(String) },
        { event: 'cleaned-up', namespaces: 3, released: 3, problems: 0 },
      ]);
      expect(cleaned.code).toBe(0);
      for (const name of ['server', 'friend', 'stranger'] as const) expect(await stand.rules(name)).toBe('');
      expect(await stand.call('stranger', 'server')).toMatchObject({ status: 200 });
    }));
});
