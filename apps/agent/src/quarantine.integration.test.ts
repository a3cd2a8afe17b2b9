import { type PostgresServer, postgresMissing, startPostgres } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARD_ORDER, missingForNamespaces, PLAIN_ORDER, type Stand, withStand } from './test-support/stand.ts';

const missing = (await missingForNamespaces()) ?? postgresMissing();
if (missing !== undefined) process.stderr.write(`skipped: quarantine by response rules: ${missing}\n`);

const WAIT = { timeout: 60_000, interval: 200 };
/** Longer than a connection in one machine takes, and a packet that is dropped comes to nothing within it. */
const NO_ANSWER_MS = 2_000;

const CUT = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'ResponseRule',
  metadata: { name: 'cut-off-leaks' },
  spec: { groups: ['server'], when: { events: ['finding'], verdicts: ['block'] }, actions: ['quarantine'] },
};

async function reaches(stand: Stand): Promise<boolean> {
  const { status } = await stand.request({ path: '/orders', body: PLAIN_ORDER, timeoutMs: NO_ANSWER_MS });
  return status === 200;
}

describe.skipIf(missing !== undefined)('a response rule that quarantines', () => {
  let postgres: PostgresServer | undefined;
  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.createDatabase('quarantine');
  });
  afterAll(() => postgres?.remove());

  it.each(['SQLite', 'PostgreSQL'])(
    'cuts off who sends a card, once, over restarts of the agent and the api, until it is released: %s',
    { timeout: 240_000 },
    (database) =>
      withStand(async (stand) => {
        await stand.writePolicy({ mode: 'protect', onFailure: 'closed' }, CUT);
        const { host, port, user } = postgres ?? {};
        const store = { postgres: { host, port, user, database: 'quarantine' } };
        const { plane, config } = await stand.startControlPlane(database === 'PostgreSQL' ? store : undefined);
        const agent = await stand.startAgent(config);
        const workload = `/api/v1/workloads/${encodeURIComponent(stand.serverHost.path)}`;
        const shown = async (): Promise<unknown> => (await plane.ask('GET', workload).catch(() => undefined))?.body;
        await expect.poll(shown, WAIT).toMatchObject({ enforced: true });
        expect(await reaches(stand)).toBe(true);

        expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
        await expect
          .poll(shown, WAIT)
          .toMatchObject({ quarantine: { cause: { kind: 'rule', name: 'cut-off-leaks' }, state: 'done' } });
        expect(await reaches(stand)).toBe(false);

        await plane.kill();
        await agent.stop('SIGKILL');
        expect(await reaches(stand)).toBe(false);
        await stand.startAgent(config);
        expect(await reaches(stand)).toBe(false);
        await plane.restart();
        await expect.poll(shown, WAIT).toMatchObject({ quarantine: { state: 'done' } });

        const items = async (path: string): Promise<unknown> =>
          ((await plane.ask('GET', path)).body as { readonly items: unknown }).items;
        expect(await items('/api/v1/audit?action=workload.action')).toMatchObject([
          { actor: 'response-rule:cut-off-leaks', target: stand.serverHost.path, outcome: 'done' },
        ]);
        const incidents = (await items('/api/v1/incidents')) as readonly { readonly rule?: string }[];
        expect(incidents.filter(({ rule }) => rule === 'cut-off-leaks')).toMatchObject([
          { kind: 'quarantined', count: 1, state: 'open' },
        ]);

        const release = (): Promise<boolean> =>
          plane.ask('POST', `${workload}/actions`, { kind: 'release' }).then(
            () => true,
            () => false,
          );
        await expect.poll(release, WAIT).toBe(true);
        await expect.poll(() => reaches(stand), WAIT).toBe(true);
        expect(await shown()).not.toHaveProperty('quarantine');
      }),
  );

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'is enforced by an agent with policy files itself, also after %s, as long as the rule stands',
    { timeout: 120_000 },
    (signal) =>
      withStand(async (stand) => {
        const spec = { ...CUT.spec, actions: ['quarantine', 'capture'], capture: { seconds: 2 } };
        await stand.writePolicy({ mode: 'protect', onFailure: 'closed' }, { ...CUT, spec });
        const agent = await stand.startAgent();
        expect(await reaches(stand)).toBe(true);
        expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
        await agent.waitFor('quarantine', (line) => stand.isAbout(line, 'quarantined'), { withinMs: 20_000 });
        await expect.poll(() => reaches(stand), WAIT).toBe(false);
        // Packet sockets see what comes, also where nothing is answered.
        await agent.waitFor('a capture', (line) => stand.isAbout(line, 'capture-written'), { withinMs: 20_000 });

        await agent.stop(signal);
        expect(await reaches(stand)).toBe(false);
        const second = await stand.startAgent();
        expect(await reaches(stand)).toBe(false);

        await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
        await second.waitFor('release', (line) => stand.isAbout(line, 'quarantine-ended'), { withinMs: 20_000 });
        await expect.poll(() => reaches(stand), WAIT).toBe(true);
      }),
  );

  it('leaves alone who is only watched', { timeout: 120_000 }, () =>
    withStand(async (stand) => {
      const spec = { ...CUT.spec, when: { events: ['finding'] }, actions: ['quarantine', 'alert'] };
      await stand.writePolicy({ mode: 'monitor' }, { ...CUT, spec });
      const { plane, config } = await stand.startControlPlane();
      await stand.startAgent(config);

      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ status: 200 });
      const incidents = async (): Promise<unknown> => (await plane.ask('GET', '/api/v1/incidents')).body;
      await expect
        .poll(incidents, WAIT)
        .toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ rule: 'cut-off-leaks' })]) });
      expect(await reaches(stand)).toBe(true);
    }),
  );
});
