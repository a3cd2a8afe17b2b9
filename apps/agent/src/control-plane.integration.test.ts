import type { Line, LineProcess } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { CARD_ORDER, missingForNamespaces, PLAIN_ORDER, withStand } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: the agent with a control plane: ${missing}\n`);

const WAIT = { timeout: 30_000, interval: 200 };

describe.skipIf(missing !== undefined)('an agent of a control plane', () => {
  it('gets its policy from there, enforces it, and tells what happened, once', { timeout: 120_000 }, () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
      const { plane, config } = await stand.startControlPlane();
      await stand.startAgent(config);

      expect(await stand.request({ path: '/orders', body: PLAIN_ORDER })).toMatchObject({ status: 200 });
      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });

      await expect.poll(async () => (await plane.events('finding')).length, WAIT).toBe(1);
      const workload = `/api/v1/workloads/${encodeURIComponent(stand.serverHost.path)}`;
      await expect
        .poll(async () => (await plane.ask('GET', workload)).body, WAIT)
        .toMatchObject({ name: stand.serverHost.netns, node: 'node-1', enforced: true });
    }),
  );

  it(
    'goes on while the control plane is away, also after a restart, and loses and doubles nothing',
    { timeout: 180_000 },
    () =>
      withStand(async (stand) => {
        await stand.writePolicy({ mode: 'protect', onFailure: 'closed' });
        const { plane, config } = await stand.startControlPlane();
        const first = await stand.startAgent(config);
        await plane.kill();
        expect(await stand.request({ path: '/one', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
        // What it has kept is not lost; what it was about to keep when it was killed nobody can have.
        await first.waitFor('finding', (line) => stand.isAbout(line, 'finding'));
        await expect.poll(() => stand.spooled(), WAIT).toContain('POST /one');
        await first.stop('SIGKILL');

        // It knows its policy by itself from the first second.
        await stand.startAgent(config);
        expect(await stand.request({ path: '/two', body: CARD_ORDER })).toMatchObject({ error: 'ECONNRESET' });
        await plane.restart();

        const subjects = async (): Promise<readonly unknown[]> =>
          (await plane.events('finding')).map((event) => JSON.stringify(event).match(/POST \/\w+/)?.[0]);
        await expect.poll(subjects, WAIT).toEqual(['POST /two', 'POST /one']);
      }),
  );

  it('cuts a workload off on command, and keeps it so over a restart', { timeout: 120_000 }, () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'monitor' });
      const { plane, config } = await stand.startControlPlane();
      const agent = await stand.startAgent(config);
      const id = encodeURIComponent(stand.serverHost.path);
      const act = (kind: string): Promise<unknown> =>
        plane.ask('POST', `/api/v1/workloads/${id}/actions`, { kind, ...(kind === 'quarantine' && { reason: 'odd' }) });
      const reaches = async (): Promise<boolean> => {
        const { status } = await stand.request({ path: '/orders', body: PLAIN_ORDER, timeoutMs: 2_000 });
        return status === 200;
      };
      expect(await reaches()).toBe(true);
      await expect
        .poll(
          async () =>
            act('quarantine').then(
              () => true,
              () => false,
            ),
          WAIT,
        )
        .toBe(true);
      expect(await reaches()).toBe(false);

      await agent.stop('SIGKILL');
      await stand.startAgent(config);
      expect(await reaches()).toBe(false);
      await expect
        .poll(
          async () =>
            act('release').then(
              () => true,
              () => false,
            ),
          WAIT,
        )
        .toBe(true);
      expect(await reaches()).toBe(true);
    }),
  );

  it('has flows between its workloads listed by both ends and counted once', { timeout: 180_000 }, () =>
    withStand(async (stand) => {
      const { client, serverHost } = stand;
      const watched = {
        apiVersion: 'bulkhead.io/v1alpha1',
        kind: 'WorkloadGroup',
        metadata: { name: 'client' },
        spec: { selector: { netns: [client.netns] }, mode: 'discover' },
      };
      await stand.writePolicy({ mode: 'monitor' }, watched);
      const { plane, config } = await stand.startControlPlane();
      const agent = await stand.startAgent(config);
      const isHeld = (line: Line): boolean => line.event === 'workload-protected' && line.netns === client.path;
      await agent.waitFor('hold of the client', isHeld, { withinMs: 30_000 });
      const ask = async (): Promise<unknown> => stand.request({ path: '/orders', body: PLAIN_ORDER });
      const flows = async (): Promise<readonly object[]> => {
        const { body } = await plane.ask('GET', `/api/v1/flows?workload=${serverHost.netns}&port=8080`);
        return (body as { readonly items: readonly object[] }).items;
      };
      // Of the client's traffic nothing is looked into: what is spoken is known from the other end alone.
      const ends = {
        application: 'http1',
        client: { kind: 'workload', name: client.netns },
        server: { kind: 'workload', name: serverHost.netns },
        protocol: 'tcp',
        verdict: 'allow',
      };

      expect(await ask()).toMatchObject({ status: 200 });
      const seen = { ...ends, seenBy: ['client', 'server'], sessions: 1 };
      await expect.poll(flows, WAIT).toContainEqual(expect.objectContaining(seen));
      expect(await plane.events('flows')).toEqual([]);

      // What is left is told when the agent ends.
      for (const _ of [2, 3]) expect(await ask()).toMatchObject({ status: 200 });
      await agent.stop('SIGTERM');
      await stand.startAgent(config);
      const bytes = Math.max(...[client, serverHost].map(({ path }) => bytesOf(agent, path)));
      const summed = expect.objectContaining({ ...ends, sessions: 3, bytes });
      await expect.poll(flows, WAIT).toEqual([summed]);
    }),
  );
});

/** What an agent told of a namespace's flows to the server's port, all in all. */
function bytesOf({ lines }: LineProcess, netns: string): number {
  const told = lines.filter((line) => line.event === 'flows' && line.netns === netns);
  const flows = told.flatMap((line) => line['flows'] as readonly { readonly port?: number; readonly bytes: number }[]);
  return flows.filter(({ port }) => port === 8080).reduce((sum, flow) => sum + flow.bytes, 0);
}
