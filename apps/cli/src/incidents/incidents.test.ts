import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestApi } from '../test-support/test-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.open();
});
afterEach(() => api.close());

const INCIDENT = {
  id: 12,
  kind: 'finding',
  title: 'card-number blocked in traffic by the sensor payment-cards',
  severity: 'high',
  namespace: 'shop',
  workload: 'web-1',
  state: 'open',
  count: 3,
  firstSeen: '2026-11-27T07:00:00.000Z',
  lastSeen: '2026-11-27T08:00:00.000Z',
  lastEvent: 17,
};

describe('bulkhead incidents', () => {
  it('list has each on a line by its id, with how often it was seen', async () => {
    const { namespace: _, workload: _workload, ...nobodys } = { ...INCIDENT, id: 11, count: 1, title: 'a\u001bb' };
    api.answer = (_request, response) => void response.end(JSON.stringify({ items: [INCIDENT, nobodys] }));

    expect(await api.bulkhead('incidents', 'list', '--namespace', 'shop', '--state', 'open')).toEqual({
      code: 0,
      stdout:
        '12  high  open  card-number blocked in traffic by the sensor payment-cards  shop/web-1  3 events, the last at 2026-11-27T08:00:00.000Z\n' +
        '11  high  open  a\uFFFDb  1 event, the last at 2026-11-27T08:00:00.000Z\n',
      stderr: '',
    });
    expect(api.requests[0]?.url).toBe('/api/v1/incidents?namespace=shop&state=open&limit=100');
  });

  it('show prints all of it', async () => {
    api.answer = (_, response) => void response.end(JSON.stringify(INCIDENT));
    const { code, stdout } = await api.bulkhead('incidents', 'show', '12');
    expect({ code, incident: JSON.parse(stdout) as unknown }).toEqual({ code: 0, incident: INCIDENT });
    expect(api.requests[0]?.url).toBe('/api/v1/incidents/12');
  });

  it.each([
    ['acknowledge', [], { state: 'acknowledged' }],
    ['close', ['--note', 'a test of ours'], { state: 'closed', note: 'a test of ours' }],
    ['reopen', [], { state: 'open' }],
  ])('%s changes each, and says so', async (command, more, body) => {
    const sent: unknown[] = [];
    api.answer = async (request, response) => {
      sent.push([request.method, request.url, JSON.parse(await text(request))]);
      response.end(JSON.stringify({ ...INCIDENT, id: sent.length, state: body.state }));
    };
    expect(await api.bulkhead('incidents', command, '1', '2', ...more)).toEqual({
      code: 0,
      stdout: '',
      stderr: [1, 2].map((id) => `${id} is ${body.state}: ${INCIDENT.title}\n`).join(''),
    });
    expect(sent).toEqual(['1', '2'].map((id) => ['PATCH', `/api/v1/incidents/${id}`, body]));
  });

  it('goes on where one cannot be changed, and says that not all were', async () => {
    api.answer = ({ url }, response) => {
      const isOther = url?.endsWith('/1') === true;
      response.statusCode = isOther ? 409 : 200;
      response.end(JSON.stringify(isOther ? { detail: 'Another incident of the same cause is open.' } : INCIDENT));
    };
    expect(await api.bulkhead('incidents', 'reopen', '1', '2')).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: Another incident of the same cause is open.\n12 is open: ${INCIDENT.title}\n`,
    });
  });
});
