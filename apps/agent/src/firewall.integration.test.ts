import { LineProcess, runIn, startSteadyClient } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { document, withFirewall } from './test-support/firewall-stand.ts';
import { DNS_SERVER, NAME_CLIENT } from './test-support/name-programs.ts';
import { missingForNamespaces } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined)
  process.stderr.write(`skipped: the agent's firewall in real network namespaces: ${missing}\n`);

const FRIEND = document('NetworkRuleSet', 'server-rules', {
  groups: ['server'],
  ingress: [{ name: 'friend', action: 'allow', peers: ['friend'], ports: ['8000-8100'] }],
});

describe.skipIf(missing !== undefined)("the agent's firewall", () => {
  it('lets in who is allowed by group, over both families, and tells who else tried', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(
        stand.group('server', { mode: 'protect' }),
        stand.group('friend', { mode: 'discover' }),
        FRIEND,
      );
      const agent = await stand.startAgent('server', 'friend');

      for (const ip of [4, 6] as const) {
        expect(await stand.call('friend', 'server', ip)).toMatchObject({ status: 200 });
        expect(await stand.call('stranger', 'server', ip)).toMatchObject({ error: 'TIMEOUT' });
      }
      const denied = await agent.waitFor('denial', (line) => line.event === 'flow-denied');
      expect(denied).toMatchObject({
        direction: 'ingress',
        ruleSets: ['server-rules'],
        ...stand.flow('stranger', 'server', 8080),
        count: 1,
        groups: ['server'],
      });
      expect(denied).not.toHaveProperty('rule');
    }));

  it('denies a prefix before it allows, ends its open connections, and names the rule', () =>
    withFirewall(async (stand) => {
      const ingress = [{ name: 'all', action: 'allow' }];
      const server = stand.group('server', { mode: 'protect' });
      await stand.writePolicy(server, document('NetworkRuleSet', 'rules', { groups: ['server'], ingress }));
      const agent = await stand.startAgent('server');
      const client = stand.keep(startSteadyClient(stand.host('stranger'), stand.host('server')));
      await client.waitFor('an answer', (line) => line.event === 'answered');

      const from = agent.lines.length;
      const deny = { name: 'not-you', action: 'deny', peers: [`${stand.host('stranger').ipv4}/32`] };
      await stand.writePolicy(
        server,
        document('NetworkRuleSet', 'rules', { groups: ['server'], ingress: [deny, ...ingress] }),
      );
      await stand.held(agent, 'server', from);

      expect(await client.waitFor('its end', (line) => line.event === 'failed')).toMatchObject({ error: 'ECONNRESET' });
      expect(await stand.call('stranger', 'server')).toMatchObject({ error: 'TIMEOUT' });
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      const denied = await agent.waitFor('denial', (line) => line.event === 'flow-denied');
      expect(denied).toMatchObject({ rule: 'not-you', ruleSets: ['rules'] });
    }));

  it('denies nothing in monitor, and tells what it would deny', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(
        stand.group('server', { mode: 'monitor' }),
        stand.group('friend', { mode: 'discover' }),
        FRIEND,
      );
      const agent = await stand.startAgent('server');

      expect(await stand.call('stranger', 'server')).toMatchObject({ status: 200 });
      const alerted = await agent.waitFor('alert', (line) => line.event === 'flow-alerted');
      expect(alerted).toMatchObject({ client: stand.host('stranger').ipv4, ruleSets: ['server-rules'] });
      expect(agent.lines.some((line) => line.event === 'flow-denied')).toBe(false);
    }));

  it('follows names by the answers that a workload gets, and lets look-ups pass', () =>
    withFirewall(async (stand) => {
      const { ipv4: server } = stand.host('server');
      const { ipv4: resolver } = stand.host('stranger');
      const parameters = ['-e', DNS_SERVER, '--', server];
      const dns = stand.keep(new LineProcess('dns', stand.host('stranger').path, process.execPath, parameters));
      await dns.waitFor('dns', (line) => line.event === 'listening');
      const egress = [
        { name: 'dns', action: 'allow', ports: ['53/udp'] },
        { name: 'shop', action: 'allow', peers: ['*.shop.example'], ports: [8080] },
      ];
      await stand.writePolicy(
        stand.group('friend', { mode: 'protect' }),
        document('NetworkRuleSet', 'names', { groups: ['friend'], egress }),
      );
      await stand.startAgent('friend');
      const look = (name: string): Promise<string> =>
        runIn(stand.host('friend').path, process.execPath, ['-e', NAME_CLIENT, '--', resolver, name, '8080']);

      expect(await look('www.elsewhere.example')).toBe('silence');
      expect(await look('www.shop.example')).toBe('connected');
    }));

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'keeps a connection to a domain that is allowed over the end of the agent by %s',
    (signal) =>
      withFirewall(async (stand) => {
        const { ipv4: server } = stand.host('server');
        const { ipv4: resolver } = stand.host('stranger');
        const parameters = ['-e', DNS_SERVER, '--', server];
        const dns = stand.keep(new LineProcess('dns', stand.host('stranger').path, process.execPath, parameters));
        await dns.waitFor('dns', (line) => line.event === 'listening');
        const egress = [
          { name: 'dns', action: 'allow', ports: ['53/udp'] },
          { name: 'shop', action: 'allow', peers: ['*.shop.example'], ports: [8080] },
        ];
        await stand.writePolicy(
          stand.group('friend', { mode: 'protect' }),
          document('NetworkRuleSet', 'names', { groups: ['friend'], egress }),
        );
        const agent = await stand.startAgent('friend');
        const look = (name: string): Promise<string> =>
          runIn(stand.host('friend').path, process.execPath, ['-e', NAME_CLIENT, '--', resolver, name, '8080']);
        expect(await look('www.shop.example')).toBe('connected');
        const client = stand.keep(startSteadyClient(stand.host('friend'), stand.host('server')));
        await client.waitFor('an answer', (line) => line.event === 'answered');

        await dns.stop();
        // Names are kept soon after they are heard: one of the last moment goes with an agent that is killed.
        await expect.poll(() => stand.keptNames(), { timeout: 10_000, interval: 20 }).toContain(server);
        await agent.stop(signal);
        await stand.startAgent('friend');

        const from = client.lines.length;
        await client.waitFor('an answer', (line) => line.event === 'answered', { from });
        expect(client.lines.filter(({ event }) => event === 'failed' || event === 'closed')).toEqual([]);
        // Nobody has asked for the name since.
        expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
        expect(await stand.call('friend', 'stranger')).toMatchObject({ error: 'TIMEOUT' });
      }),
  );

  it('cuts off a workload in quarantine from everybody, and lets it back', () =>
    withFirewall(async (stand) => {
      const rules = document('NetworkRuleSet', 'open', {
        groups: ['server'],
        ingress: [{ name: 'all', action: 'allow' }],
      });
      await stand.writePolicy(stand.group('server', { mode: 'protect', quarantine: true }), rules);
      const agent = await stand.startAgent('server');
      expect(await stand.call('friend', 'server')).toMatchObject({ error: 'TIMEOUT' });
      expect(await stand.call('server', 'friend')).toMatchObject({ error: 'TIMEOUT' });

      const from = agent.lines.length;
      await stand.writePolicy(stand.group('server', { mode: 'protect' }), rules);
      await stand.held(agent, 'server', from);
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
    }));

  it('goes on denying while the agent is dead, and after it is back', () =>
    withFirewall(async (stand) => {
      await stand.writePolicy(
        stand.group('server', { mode: 'protect' }),
        stand.group('friend', { mode: 'discover' }),
        FRIEND,
      );
      const agent = await stand.startAgent('server', 'friend');
      const client = stand.keep(startSteadyClient(stand.host('friend'), stand.host('server')));
      await client.waitFor('an answer', (line) => line.event === 'answered');
      await agent.stop('SIGKILL');

      expect(await stand.call('stranger', 'server')).toMatchObject({ error: 'TIMEOUT' });
      expect(await stand.call('friend', 'server')).toMatchObject({ status: 200 });
      const second = await stand.startAgent('server');
      expect(await stand.call('stranger', 'server')).toMatchObject({ error: 'TIMEOUT' });
      const from = client.lines.length;
      await client.waitFor('an answer', (line) => line.event === 'answered', { from });
      expect(client.lines.some((line) => line.event === 'failed')).toBe(false);
      await second.stop();
      expect(await stand.rules('server')).toContain('table inet bulkhead');
    }));
});
