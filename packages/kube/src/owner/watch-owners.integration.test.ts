import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { Backoff } from '../watch/backoff.ts';
import { type OwnerWatch, watchOwners } from './watch-owners.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`owners are not tested with an API server: ${missing}\n`);

describe.skipIf(missing !== undefined)('watchOwners on a real API server', () => {
  const end = new AbortController();
  let api: KubeApi;
  let pod: PodOfTest;
  let owners: OwnerWatch;

  beforeAll(async () => {
    api = await startKubeApi();
    pod = podOf(api);
    owners = watchOwners(pod.client, {
      signal: end.signal,
      onError: () => undefined,
      backoff: () => new Backoff({ baseMs: 50, maxMs: 500 }),
    });
    await owners.synced;
  }, 180_000);
  afterAll(async () => {
    end.abort();
    await owners?.done;
    pod?.remove();
    await api?.remove();
  });

  it('knows the Deployment of a pod, and the CronJob of another, and of a third that nobody made it', async () => {
    const template = (labels: object): object => ({ metadata: { labels }, spec: podSpec() });
    const deployment = await make('/apis/apps/v1/namespaces/default/deployments', 'web', {
      spec: { selector: { matchLabels: { a: 'w' } }, template: template({ a: 'w' }) },
    });
    const set = await make('/apis/apps/v1/namespaces/default/replicasets', 'web-1', {
      owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: deployment },
      spec: { selector: { matchLabels: { a: 'w' } }, template: template({ a: 'w' }) },
    });
    await make(PODS, 'web-1-x', { owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: set } });
    const job = await make('/apis/batch/v1/namespaces/default/jobs', 'night-1', {
      owner: { apiVersion: 'batch/v1', kind: 'CronJob', name: 'night', uid: 'c' },
      spec: { template: { spec: { ...podSpec(), restartPolicy: 'Never' } } },
    });
    await make(PODS, 'night-1-x', { owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'night-1', uid: job } });
    const alone = await make(PODS, 'alone', {});

    await expect.poll(() => namesOf('web-1-x')).toEqual(['ReplicaSet/web-1', 'Deployment/web']);
    await expect.poll(() => namesOf('night-1-x')).toEqual(['Job/night-1', 'CronJob/night']);
    await expect.poll(() => namesOf('alone', alone)).toEqual([]);
    expect(namesOf('alone', 'another uid')).toBeUndefined();
    expect(namesOf('nobody')).toBeUndefined();

    await api.ask('DELETE', '/apis/apps/v1/namespaces/default/replicasets/web-1');
    await expect.poll(() => namesOf('web-1-x')).toEqual(['ReplicaSet/web-1']);
  });

  function namesOf(name: string, uid?: string): readonly string[] | undefined {
    return owners.ownersOf('default', name, uid)?.map((owner) => `${owner.kind}/${owner.name}`);
  }

  async function make(
    path: string,
    name: string,
    { owner, spec = podSpec() }: { owner?: object; spec?: object },
  ): Promise<string> {
    const ownerReferences = owner === undefined ? [] : [{ ...owner, controller: true }];
    const { status, body } = await api.ask('POST', path, { metadata: { name, ownerReferences }, spec });
    expect(status, JSON.stringify(body)).toBe(201);
    return (body['metadata'] as { readonly uid: string }).uid;
  }
});

const PODS = '/api/v1/namespaces/default/pods';

function podSpec(): object {
  return { containers: [{ name: 'c', image: 'i' }] };
}
