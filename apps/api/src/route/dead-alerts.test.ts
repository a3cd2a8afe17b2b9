import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Stand, startStand } from '../test-support/stand.ts';

const SINKS = ['mail', 'pager'];
let stand: Stand;

/** Two incidents that neither of two sinks takes: dead alerts 1 to 4, in turn of `mail` and of `pager`. */
beforeEach(async () => {
  stand = await startStand();
  const { alerts, agents, events } = stand.store;
  const now = new Date(stand.clock.at).toISOString();
  await agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: now });
  const failed = (pod: string) => ({ event: 'workload-failed', problem: 'x', workloads: [{ name: 'web', pod }] });
  const sequenced = ['web-1', 'web-2'].map((pod, index) => ({ sequence: index + 1, document: failed(pod) }));
  await events.append({ agent: 'agent-1', epoch: 1, events: sequenced }, now);
  await alerts.raise({ now, limit: 9, sinksFor: () => SINKS, newId: randomUUID });
  await alerts.failed([1, 2, 3, 4], { problem: 'it answered with status 400', dueAt: now, isDead: true });
});
afterEach(() => stand.close());

async function ask(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<{ status: number; body: unknown }> {
  const headers = await stand.token('operator');
  const answer = await stand.app.inject({ method, url: `/api/v1/alerts/dead${path}`, headers });
  return { status: answer.statusCode, body: answer.json() };
}
const counted = (count: number) => ({ status: 200, body: { count } });
const counts = async () =>
  (await stand.store.alerts.counts())
    .map(({ sink, waiting, dead }) => [sink, waiting, dead])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));

describe('dead alerts', () => {
  it('are listed by sink, the latest first, in portions', async () => {
    const all = await ask('GET', '');
    expect(all.body).toMatchObject({
      items: [4, 3, 2, 1].map((id) => ({ id, problem: expect.stringContaining('400') })),
    });
    const first = await ask('GET', '?sink=pager&limit=1');
    const { items: [{ id } = { id: 0 }] = [], next = '' } = first.body as { items?: { id: number }[]; next?: string };
    const second = await ask('GET', `?sink=pager&limit=1&after=${next}`);

    expect(second.body).toEqual({ items: [expect.objectContaining({ id: id - 2, sink: 'pager' })] });
  });

  it('are tried anew one by one, by sink, and all', async () => {
    expect(await ask('POST', '/1/retry')).toEqual(counted(1));
    expect(await counts()).toEqual([
      ['mail', 1, 1],
      ['pager', 0, 2],
    ]);
    expect(await ask('POST', '/retry?sink=pager')).toEqual(counted(2));
    expect(await ask('POST', '/retry')).toEqual(counted(1));
    expect(await counts()).toEqual([
      ['mail', 2, 0],
      ['pager', 2, 0],
    ]);
  });

  it('are forgotten one by one, by sink, and all', async () => {
    expect(await ask('DELETE', '/2')).toEqual(counted(1));
    expect(await ask('DELETE', '?sink=mail')).toEqual(counted(2));
    expect(await counts()).toEqual([['pager', 0, 1]]);
    expect(await ask('DELETE', '')).toEqual(counted(1));
    expect(await counts()).toEqual([]);
  });

  it('that are not there are not found, and neither are those that wait', async () => {
    await ask('POST', '/1/retry');
    for (const [method, path] of [
      ['POST', '/1/retry'],
      ['DELETE', '/1'],
      ['DELETE', '/99'],
    ] as const) {
      expect(await ask(method, path)).toMatchObject({ status: 404 });
    }
  });

  it('are settled for the audit log to see', async () => {
    await ask('POST', '/retry?sink=pager');
    await ask('DELETE', '/1');
    const { items } = await stand.store.audit.list({}, { limit: 9 });

    expect(items.map(({ action, target, detail }) => ({ action, target, detail }))).toEqual([
      { action: 'alert.drop', target: '1', detail: {} },
      { action: 'alert.retry', target: 'pager', detail: { count: 2 } },
    ]);
  });
});
