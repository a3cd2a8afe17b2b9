import { readFile, rm, stat } from 'node:fs/promises';
import type { Line, TestControlPlane } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';
import { CARD_ORDER, missingForNamespaces, PLAIN_ORDER, type Stand, withStand } from './test-support/stand.ts';

const missing = await missingForNamespaces();
if (missing !== undefined) process.stderr.write(`skipped: captures by command: ${missing}\n`);

const WAIT = { timeout: 30_000, interval: 200 };
const SECTION = '0a0d0d0a';
const RULE = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'ResponseRule',
  metadata: { name: 'keep-packets' },
  spec: { groups: ['server'], when: { events: ['finding'] }, actions: ['capture'], capture: { seconds: 4 } },
};

/** Asks for a capture; what the agent answered. */
async function capture(plane: TestControlPlane, path: string, seconds: number, maxBytes: number): Promise<unknown> {
  const body = { kind: 'capture', seconds, maxBytes };
  return (await plane.ask('POST', `/api/v1/workloads/${encodeURIComponent(path)}/actions`, body)).body;
}

async function workloadsKnown(plane: TestControlPlane): Promise<void> {
  const count = async (): Promise<number> =>
    ((await plane.ask('GET', '/api/v1/workloads')).body as { readonly items: readonly unknown[] }).items.length;
  await expect.poll(count, WAIT).toBeGreaterThanOrEqual(2);
}

async function kept(line: Line): Promise<string> {
  const file = line['file'] as string;
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const bytes = await readFile(file);
  expect(bytes.length).toBe(line['bytes']);
  expect(bytes.subarray(0, 4).toString('hex')).toBe(SECTION);
  return bytes.toString('latin1');
}

const isWritten = (stand: Stand) => (line: Line) => stand.isAbout(line, 'capture-written');

describe.skipIf(missing !== undefined)('a capture', () => {
  it('by command keeps what passes, within its time and bytes, one at a time of a workload', { timeout: 120_000 }, () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'monitor' });
      const { plane, config } = await stand.startControlPlane();
      const agent = await stand.startAgent(config);
      await workloadsKnown(plane);

      const { path } = stand.serverHost;
      expect(await capture(plane, path, 4, 2 ** 20)).toMatchObject({
        outcome: 'done',
        message: expect.stringContaining('for at most 4 s'),
      });
      expect(await capture(plane, path, 4, 2 ** 20)).toMatchObject({
        outcome: 'failed',
        message: 'its packets are being kept already',
      });
      // Nothing is planned for the client; its packets can be kept all the same.
      expect(await capture(plane, stand.client.path, 60, 500)).toMatchObject({ outcome: 'done' });
      expect(await stand.request({ path: '/orders', body: PLAIN_ORDER })).toMatchObject({ status: 200 });

      const isFull = (line: Line): boolean => line.event === 'capture-written' && line.netns === stand.client.path;
      const full = await agent.waitFor('a full capture', isFull, { withinMs: 30_000 });
      expect(full).toMatchObject({ full: true, workloads: [{ name: stand.client.netns }] });
      expect((await kept(full)).length).toBeLessThanOrEqual(500);
      const written = await agent.waitFor('a capture', isWritten(stand), { withinMs: 30_000 });
      expect(written).toMatchObject({ full: false, lost: 0, groups: ['server'] });
      expect(await kept(written)).toContain('7402231');
      await expect.poll(async () => (await plane.events('capture-written')).length, WAIT).toBe(2);
      for (const event of (await plane.events('capture-written')) as readonly { id: number; document: Line }[]) {
        const [file, url] = [event.document['file'] as string, `/api/v1/events/${event.id}/capture`];
        expect((await plane.download(url)).equals(await readFile(file))).toBe(true);
        await rm(file);
        await expect(plane.download(url)).rejects.toThrow(': 404 ');
      }

      expect(await capture(plane, path, 60, 1)).toMatchObject({ outcome: 'done' });
      expect(await stand.request({ path: '/orders', body: PLAIN_ORDER })).toMatchObject({ status: 200 });
      const isFailed = (line: Line): boolean => stand.isAbout(line, 'capture-failed');
      const failed = await agent.waitFor('a capture that failed', isFailed, { withinMs: 30_000 });
      expect(failed).toMatchObject({ problem: 'not even one packet fits into it' });
    }),
  );

  it('by a response rule keeps what comes after what it is about', { timeout: 120_000 }, () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'monitor' }, RULE);
      const { plane, config } = await stand.startControlPlane();
      const agent = await stand.startAgent(config);
      await workloadsKnown(plane);

      expect(await stand.request({ path: '/orders', body: CARD_ORDER })).toMatchObject({ status: 200 });
      const actors = async (): Promise<unknown> =>
        (await plane.ask('GET', '/api/v1/audit?action=workload.action')).body;
      await expect
        .poll(actors, WAIT)
        .toMatchObject({ items: [{ actor: 'response-rule:keep-packets', outcome: 'done' }] });
      expect(await stand.request({ path: '/after', body: PLAIN_ORDER })).toMatchObject({ status: 200 });

      const written = await agent.waitFor('a capture', isWritten(stand), { withinMs: 30_000 });
      expect(await kept(written)).toContain('7402231');
    }),
  );

  it('ends with what it has when the agent does, and leaves nothing when it is killed', { timeout: 120_000 }, () =>
    withStand(async (stand) => {
      await stand.writePolicy({ mode: 'monitor' });
      const { plane, config } = await stand.startControlPlane();
      const first = await stand.startAgent(config);
      await workloadsKnown(plane);
      const { path } = stand.serverHost;
      expect(await capture(plane, path, 600, 2 ** 20)).toMatchObject({ outcome: 'done' });
      expect(await stand.request({ path: '/orders', body: PLAIN_ORDER })).toMatchObject({ status: 200 });
      expect(await first.stop('SIGTERM')).toBe(0);
      expect(await kept(first.lines.find(isWritten(stand)) as Line)).toContain('7402231');

      const second = await stand.startAgent(config);
      const again = (): Promise<unknown> => capture(plane, path, 600, 2 ** 20).catch((error: unknown) => error);
      await expect.poll(again, WAIT).toMatchObject({ outcome: 'done' });
      await second.stop('SIGKILL');
      await stand.startAgent(config);
      await expect.poll(again, WAIT).toMatchObject({ outcome: 'done' });
      expect((await stand.captures()).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    }),
  );
});
