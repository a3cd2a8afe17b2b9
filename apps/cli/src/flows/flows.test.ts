import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

const WEB = { kind: 'workload', namespace: 'shop', name: 'web' };
const FLOW = {
  id: 1,
  client: WEB,
  server: { kind: 'workload', namespace: 'bank', name: 'db' },
  seenBy: ['client', 'server'],
  protocol: 'tcp',
  port: 5432,
  application: 'postgres',
  verdict: 'allow',
  bytes: 3_000,
  sessions: 2,
  firstSeen: '2026-11-27T07:00:00.000Z',
  lastSeen: '2026-11-27T08:00:00.000Z',
};
/** A control character in a name, and one that turns the line around. */
const HOSTILE = 'a\u001b[2Jb\u202ec';

describe('bulkhead flows list', () => {
  it('has each flow on a line by its ends, whoever they are, and what was seen of it', async () => {
    const { port: _, application: _application, ...icmp } = { ...FLOW, protocol: 'icmp', seenBy: ['server'] };
    const items = [
      FLOW,
      { ...icmp, client: { kind: 'node', name: 'n1' }, sessions: 1 },
      { ...FLOW, verdict: 'block', server: { kind: 'address', name: '192.0.2.1', domain: 'example.org' } },
      { ...FLOW, client: { kind: 'workload', name: HOSTILE }, server: { kind: 'address', name: '0.0.0.0/0' } },
    ];
    api.answer = (_request, response) => void response.end(JSON.stringify({ items }));
    const { code, stdout, stderr } = await api.bulkhead('flows', 'list');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const until = 'until 2026-11-27T08:00:00.000Z';
    expect(stdout.split('\n')).toEqual([
      `shop/web -> bank/db  tcp 5432 postgres  allow  2 sessions, 3.00 kB  seen by client and server ${until}`,
      `the node n1 -> bank/db  icmp  allow  1 session, 3.00 kB  seen by server ${until}`,
      `shop/web -> 192.0.2.1 (example.org)  tcp 5432 postgres  block  2 sessions, 3.00 kB  seen by client and server ${until}`,
      `a\uFFFD[2Jb\uFFFDc -> 0.0.0.0/0  tcp 5432 postgres  allow  2 sessions, 3.00 kB  seen by client and server ${until}`,
      '',
    ]);
  });

  it('asks for what it is asked for, and says that there are more than were', async () => {
    api.answer = (_, response) => void response.end(JSON.stringify({ items: [FLOW, FLOW], next: 'more' }));
    const filters = ['--namespace', 'shop', '--workload', 'web', '--verdict', 'block', '--application', 'http'];
    const more = ['--port', '80', '--since', '2026-11-27T09:00:00+01:00', '--limit', '3'];
    const { code, stdout, stderr } = await api.bulkhead('flows', 'list', ...filters, ...more);

    expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 4 });
    expect(stderr).toBe('note: there are more; --limit says how many are listed\n');
    const asked =
      'namespace=shop&workload=web&verdict=block&application=http&port=80&since=2026-11-27T08%3A00%3A00.000Z';
    expect(api.requests.map(({ url }) => url)).toEqual([
      `/api/v1/flows?${asked}&limit=3`,
      `/api/v1/flows?${asked}&limit=1&after=more`,
    ]);
  });

  it('takes how long ago for a time', async () => {
    api.answer = (_, response) => void response.end(JSON.stringify({ items: [] }));
    const before = Date.now();
    await api.bulkhead('flows', 'list', '--since', '24h');
    const since = new URL(api.requests[0]?.url ?? '', 'https://localhost').searchParams.get('since') ?? '';

    expect(before - Date.parse(since)).toBeLessThanOrEqual(86_400_000);
    expect(Date.now() - Date.parse(since)).toBeGreaterThanOrEqual(86_400_000);
  });

  it('gives programs all of it as JSON, without what a terminal would obey', async () => {
    const item = { ...FLOW, client: { ...WEB, name: HOSTILE }, later: { of: 'a newer api' } };
    api.answer = (_, response) => void response.end(JSON.stringify({ items: [item] }));
    const { stdout } = await api.bulkhead('flows', 'list', '--format', 'jsonl');

    expect(stdout.trimEnd()).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(stdout)).toEqual(item);
  });

  it.each([
    [['--since', 'yesterday'], 'must be a time'],
    [['--limit', '0'], 'must be a number from 1'],
    [['--limit', '1.5'], 'must be a whole number'],
    [['--port', '70000'], 'must be a number from 0 to 65535'],
    [['--verdict', 'mask'], 'Allowed choices are allow, alert, block'],
  ])('refuses %j in one line', async (args, why) => {
    const { code, stderr } = await api.bulkhead('flows', 'list', ...args);
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toContain(why);
  });
});
