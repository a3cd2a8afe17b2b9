import type { Conclusion } from '@bulkhead/lab';
import { askApi } from '../api.ts';
import { CLIENT, SHOP, SHOP_HOST } from '../shop.ts';
import { apply, kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

/** So long that Kubernetes shortens what it calls the pods: their names do not tell it, nor do they with their labels. */
const ORDERS = 'orders-of-all-that-was-ever-sold-in-this-or-any-shop';
const REPLICAS = 2;

/** Orders without end, and runs a program for each order. */
const ORDER = `
const { spawnSync } = require('node:child_process'), http = require('node:http');
const order = () => {
  spawnSync(process.execPath, ['--version']);
  const request = http.request('http://${SHOP_HOST}/orders', { method: 'POST', agent: false }, (response) => response.resume());
  request.on('error', () => undefined).end('{"item":"book"}'); };
setInterval(order, 3_000);
`;

function deployment({ registry, tag }: Target): object {
  const labels = { app: 'orders' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: ORDERS, namespace: SHOP },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'orders',
              image: `${registry}/bulkhead-webhook:${tag}`,
              command: ['/usr/local/bin/node', '-e', ORDER],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  };
}

interface Owned {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly { readonly kind: string; readonly name: string }[];
}

/** What runs, whom it talks to and what it runs is told by the Deployment, not by its pods. */
export async function owners(target: Target): Promise<Conclusion> {
  const items = async <Item>(path: string): Promise<readonly Item[]> => {
    const { body } = await askApi(target, CLIENT, 'GET', `/api/v1/${path}&limit=200`);
    return (body as { readonly items?: readonly Item[] }).items ?? [];
  };
  await apply(target, [deployment(target)]);
  await kubectl(target, ['-n', SHOP, 'rollout', 'status', `deployment/${ORDERS}`, '--timeout=120s']);
  let chains: readonly string[] = [];
  const owned = await until(async () => {
    const some = (await items<Owned>(`workloads?namespace=${SHOP}`)).filter(({ labels }) => labels.app === 'orders');
    chains = some.map((one) => one.owners.map(({ kind, name }) => `${kind} ${name}`).join(' < '));
    return chains.length === REPLICAS && chains.every((chain) => chain.endsWith(` < Deployment ${ORDERS}`));
  });
  const query = `namespace=${SHOP}&workload=${ORDERS}`;
  const flows = await until(async () => {
    const all = await items<{ readonly server: { readonly name: string } }>(`flows?${query}`);
    return all.some(({ server }) => server.name === 'shop');
  });
  const programs = await until(async () => {
    const all = await items<{ readonly executable: string }>(`programs?${query}`);
    return all.some(({ executable }) => executable === '/usr/local/bin/node');
  });
  const byPod = (await items<{ readonly client: { readonly name: string } }>(`flows?namespace=${SHOP}`)).filter(
    ({ client }) => client.name !== ORDERS && client.name.startsWith('orders-'),
  );
  await kubectl(target, ['-n', SHOP, 'delete', `deployment/${ORDERS}`]);
  return {
    seen: `${chains.length} pods owned; flows: ${flows ? 'named by it' : 'not found'}; programs: ${programs ? 'named by it' : 'not found'}`,
    checks: {
      'a pod is not owned by the Deployment': owned,
      'no flow to the shop is named by it': flows,
      'no program is named by it': programs,
      'a flow is named by a pod': byPod.length === 0,
    },
    evidence: { chains, byPod },
  };
}
