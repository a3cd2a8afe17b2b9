import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from './registry.ts';
import { type HealthServer, startHealthServer } from './server.ts';

const open: HealthServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

describe('the health server', () => {
  it('serves metrics for Prometheus', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter('findings_total', 'Findings', ['detector']).inc({ detector: 'iban' }, 2);

    const response = await get(await start(metrics), '/metrics');

    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('bulkhead_findings_total{detector="iban"} 2');
  });

  it('is alive at once, and ready when the work can be done', async () => {
    let reason: string | undefined = 'the queue is not open';
    const server = await start(createMetrics({ processMetrics: false }), () => reason);

    expect((await get(server, '/healthz')).status).toBe(200);
    const early = await get(server, '/readyz');
    expect([early.status, await early.text()]).toEqual([503, 'the queue is not open\n']);

    reason = undefined;
    expect((await get(server, '/readyz')).status).toBe(200);
  });

  it('refuses what it does not serve', async () => {
    const server = await start(createMetrics({ processMetrics: false }));

    expect((await get(server, '/secrets')).status).toBe(404);
    expect((await get(server, '/metrics', 'POST')).status).toBe(405);
  });

  it('says that a port is taken, and what to do', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const { port } = await start(metrics);

    await expect(startHealthServer({ port, metrics })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  });
});

async function start(metrics: ReturnType<typeof createMetrics>, notReady?: () => string | undefined) {
  const server = await startHealthServer({ port: 0, metrics, ...(notReady !== undefined && { notReady }) });
  open.push(server);
  return server;
}

function get(server: HealthServer, path: string, method = 'GET'): Promise<Response> {
  return fetch(`http://${server.host}:${server.port}${path}`, { method });
}
