import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AlertSinkConfigs } from '@bulkhead/alert-sinks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stand, startStand } from '../test-support/stand.ts';

let stand: Stand;
let receiver: Server;
const bodies: string[] = [];
let status = 200;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(status).end('says why');
    });
  });
  await new Promise<void>((resolve) => {
    receiver.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const filter = { minSeverity: 'critical' };
  const sinks = AlertSinkConfigs.parse([{ name: 'pager', kind: 'alertmanager', url, filter }]);
  stand = await startStand({ sinks });
});
afterAll(async () => {
  await stand.close();
  receiver.close();
});

describe('alert sinks', () => {
  it('get a test alert past their filter, which is written down', async () => {
    const headers = await stand.token('operator');
    const test = { method: 'POST', url: '/api/v1/alerts/sinks/pager/test', headers } as const;

    expect((await stand.app.inject(test)).json()).toEqual({ outcome: 'delivered' });
    expect(bodies[0]).toContain('BulkheadTest');
    status = 400;
    const failed = (await stand.app.inject(test)).json<object>();
    expect(failed).toEqual({ outcome: 'failed', problem: 'it answered with status 400: says why' });
    const { items } = await stand.store.audit.list({ action: 'alert.test' }, { limit: 9 });
    expect(items.map(({ target, detail }) => [target, detail])).toEqual([
      ['pager', { outcome: 'failed' }],
      ['pager', { outcome: 'delivered' }],
    ]);
  });

  it('are listed for who may see them, and used by who may write', async () => {
    const auditor = await stand.token('auditor');
    const ci = await stand.token('ci');
    const list = (headers: { readonly authorization: string }) =>
      stand.app.inject({ url: '/api/v1/alerts/sinks', headers });

    expect((await list(auditor)).json()).toMatchObject({ items: [{ name: 'pager', kind: 'alertmanager' }] });
    expect((await list(ci)).statusCode).toBe(403);
    const test = (name: string, headers: { readonly authorization: string }) =>
      stand.app.inject({ method: 'POST', url: `/api/v1/alerts/sinks/${name}/test`, headers });
    expect((await test('pager', auditor)).statusCode).toBe(403);
    expect((await test('absent', await stand.token('operator'))).statusCode).toBe(404);
  });
});
