import { describe, expect, it } from 'vitest';
import { type Cluster, clusterMissing, startCluster } from './cluster.ts';

const missing = clusterMissing();
if (missing !== undefined) process.stderr.write(`no cluster is tested: ${missing}\n`);

describe.skipIf(missing !== undefined)('a cluster of the lab', () => {
  it('runs a Deployment whose service other pods find by its name', { timeout: 300_000 }, async () => {
    const cluster = await startCluster();
    try {
      await apply(cluster);
      let log = '';
      await expect
        .poll(
          async () => {
            const { body } = await cluster.ask('GET', '/api/v1/namespaces/default/pods/client/log');
            log = JSON.stringify(body);
            return log;
          },
          { timeout: 120_000, interval: 500 },
        )
        .toContain('hello from the shop');
    } finally {
      await cluster.remove();
    }
  });
});

async function apply(cluster: Cluster): Promise<void> {
  const { image } = cluster;
  const web = [
    'sh',
    '-c',
    'mkdir /tmp/w && echo "hello from the shop" >/tmp/w/index.html && httpd -f -p 8080 -h /tmp/w',
  ];
  await cluster.ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'web', image, command: web }] },
      },
    },
  });
  await cluster.ask('POST', '/api/v1/namespaces/default/services', {
    metadata: { name: 'shop' },
    spec: { selector: { app: 'shop' }, ports: [{ port: 80, targetPort: 8080 }] },
  });
  const get = ['sh', '-c', 'while ! wget -q -O - http://shop.default.svc.cluster.local; do sleep 1; done; sleep 1000'];
  const { status, body } = await cluster.ask('POST', '/api/v1/namespaces/default/pods', {
    metadata: { name: 'client' },
    spec: { containers: [{ name: 'client', image, command: get }] },
  });
  expect(status, JSON.stringify(body)).toBe(201);
}
