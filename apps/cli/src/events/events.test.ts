import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

const EVENT = {
  id: 17,
  agent: 'agent-1',
  at: '2026-11-27T08:00:00.000Z',
  receivedAt: '2026-11-27T08:00:01.000Z',
  kind: 'finding',
  namespace: 'shop',
  workload: 'web-1',
  document: {
    event: 'finding',
    time: '2026-11-27T08:00:00.000Z',
    detector: 'card-number',
    masked: '411111******1111',
    knownTest: false,
    offset: 12,
    ruleSets: ['all', 'shop'],
    client: '10.0.0.1:40000',
    nothing: null,
    workloads: [{ name: 'web' }],
    netns: '/run/netns/x',
  },
};

describe('bulkhead events', () => {
  it('list has each on a line by its id, with what it says in words and numbers', async () => {
    const { namespace: _, workload: _workload, ...nobodys } = { ...EVENT, kind: 'agent-started', document: {} };
    const items = [EVENT, { ...nobodys, id: 16 }, { ...EVENT, document: { event: 'x', problem: 'a\u001bb\nc' } }];
    api.answer = (_request, response) => void response.end(JSON.stringify({ items }));

    expect(await api.bulkhead('events', 'list')).toEqual({
      code: 0,
      stdout:
        '17  2026-11-27T08:00:00.000Z  finding  shop/web-1  detector card-number, masked 411111******1111, ' +
        'knownTest false, offset 12, ruleSets all shop, client 10.0.0.1:40000\n' +
        '16  2026-11-27T08:00:00.000Z  agent-started\n' +
        '17  2026-11-27T08:00:00.000Z  finding  shop/web-1  problem a\uFFFDb c\n',
      stderr: '',
    });
  });

  it('list asks for what it is asked for', async () => {
    api.answer = (_, response) => void response.end(JSON.stringify({ items: [] }));
    const filters = ['--namespace', 'shop', '--kind', 'finding', '--workload', 'web-1', '--limit', '7'];
    const times = ['--since', '2026-11-27T08:00:00Z', '--until', '2026-11-27'];
    expect(await api.bulkhead('events', 'list', ...filters, ...times)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(api.requests[0]?.url).toBe(
      '/api/v1/events?namespace=shop&kind=finding&workload=web-1&since=2026-11-27T08%3A00%3A00.000Z&until=2026-11-27T00%3A00%3A00.000Z&limit=7',
    );
  });

  it('show prints all of it as JSON, without what a terminal would obey', async () => {
    const event = { ...EVENT, document: { ...EVENT.document, subject: '\u001b[2J\u202e\u{e0001}\nx' } };
    api.answer = (_, response) => void response.end(JSON.stringify(event));
    const { code, stdout } = await api.bulkhead('events', 'show', 'a/17');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(JSON.parse(stdout)).toEqual(event);
    expect(api.requests[0]?.url).toBe('/api/v1/events/a%2F17');
  });

  it.each([
    [['list'], { items: [{ id: 1 }] }],
    [['show', '17'], []],
  ])('%j takes no answer that is none', async (args, answer) => {
    api.answer = (_, response) => void response.end(JSON.stringify(answer));
    expect(await api.bulkhead('events', ...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('its answer is not that of an api of Bulkhead'),
    });
  });
});
