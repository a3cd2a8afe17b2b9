import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

const FILE = {
  id: 1,
  namespace: 'shop',
  workload: 'web',
  container: 'main',
  groups: ['shop'],
  path: '/data/orders.db',
  executable: '/usr/bin/node',
  access: 'write',
  verdict: 'allow',
  count: 12,
  firstSeen: '2026-11-27T07:00:00.000Z',
  lastSeen: '2026-11-27T08:00:00.000Z',
};
/** A control character in a name, and one that turns the line around. */
const HOSTILE = '/a\u001b[2Jb\u202ec';

describe('bulkhead files list', () => {
  it('has each file on a line by the container that writes it, and what was seen of it', async () => {
    const { namespace: _, executable: _executable, ...unknown } = FILE;
    const items = [
      FILE,
      { ...unknown, namespace: 'shop', path: '/tmp', folder: true, verdict: 'block', count: 1 },
      { ...unknown, workload: 'lone', container: 'lone', path: HOSTILE, executable: HOSTILE },
      { ...FILE, path: '/', folder: true },
    ];
    api.answer = (_request, response) => void response.end(JSON.stringify({ items }));
    const { code, stdout, stderr } = await api.bulkhead('files', 'list');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const last = 'the last 2026-11-27T08:00:00.000Z';
    expect(stdout.split('\n')).toEqual([
      `shop/web main  /data/orders.db  by /usr/bin/node  allow  12 writes, ${last}`,
      `shop/web main  /tmp/*  block  1 write, ${last}`,
      `lone  /a\uFFFD[2Jb\uFFFDc  by /a\uFFFD[2Jb\uFFFDc  allow  12 writes, ${last}`,
      `shop/web main  /*  by /usr/bin/node  allow  12 writes, ${last}`,
      '',
    ]);
  });

  it('asks for what it is asked for, and says that there are more than were', async () => {
    api.answer = (_, response) => void response.end(JSON.stringify({ items: [FILE], next: 'more' }));
    const filters = ['--namespace', 'shop', '--workload', 'web', '--path', '/etc/passwd', '--verdict', 'block'];
    const since = ['--since', '2026-11-27T09:00:00+01:00', '--limit', '1'];
    const { code, stderr } = await api.bulkhead('files', 'list', ...filters, ...since);

    expect({ code, stderr }).toEqual({ code: 0, stderr: 'note: there are more; --limit says how many are listed\n' });
    expect(api.requests.map(({ url }) => url)).toEqual([
      '/api/v1/files?namespace=shop&workload=web&path=%2Fetc%2Fpasswd&verdict=block&since=2026-11-27T08%3A00%3A00.000Z&limit=1',
    ]);
  });

  it('gives files all of it as JSON, without what a terminal would obey', async () => {
    const item = { ...FILE, path: HOSTILE, later: { of: 'a newer api' } };
    api.answer = (_, response) => void response.end(JSON.stringify({ items: [item] }));
    const { stdout } = await api.bulkhead('files', 'list', '--format', 'jsonl');

    expect(stdout.trimEnd()).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(stdout)).toEqual(item);
  });

  it.each([
    [['--since', 'yesterday'], 'must be a time'],
    [['--limit', '0'], 'must be a number from 1'],
    [['--verdict', 'mask'], 'Allowed choices are allow, alert, block'],
  ])('refuses %j in one line', async (args, why) => {
    const { code, stderr } = await api.bulkhead('files', 'list', ...args);
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(stderr).toContain(why);
  });
});
