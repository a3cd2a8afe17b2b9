import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FirewallStand } from '../test-support/firewall-stand.ts';
import { missingForNamespaces } from '../test-support/stand.ts';
import { Installation } from './installation.ts';

const missing = kubeApiMissing() ?? (await missingForNamespaces());
if (missing !== undefined) process.stderr.write(`skipped: an agent that is uninstalled: ${missing}\n`);

const NAMESPACE = 'bulkhead';
const NAME = 'bulkhead-agent';
const SETS = `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`;
const ROLES = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
const NO_PROBLEM = (why: string): never => {
  throw new Error(why);
};

describe.skipIf(missing !== undefined)('the DaemonSet of an agent, at a real API server', () => {
  let api: KubeApi;
  let folder: string;

  beforeAll(async () => {
    api = await startKubeApi();
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-installation-'));
    const account = { metadata: { name: NAME } };
    await api.ask('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await api.ask('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, account);
    const rules = [{ apiGroups: ['apps'], resources: ['daemonsets'], resourceNames: [NAME], verbs: ['get'] }];
    await api.ask('POST', `${ROLES}/roles`, { metadata: { name: NAME }, rules });
    const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${NAME}/token`;
    const { body } = await api.ask('POST', path, { spec: { expirationSeconds: 3600 } });
    await writeFile(join(folder, 'token'), (body as { readonly status: { readonly token: string } }).status.token);
    await writeFile(join(folder, 'ca.crt'), api.ca);
  });

  afterAll(async () => {
    await api.remove();
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    await api.ask('DELETE', `${SETS}/${NAME}`);
    await api.ask('DELETE', `${ROLES}/rolebindings/${NAME}`);
    await api.ask('POST', SETS, daemonSet());
    await api.ask('POST', `${ROLES}/rolebindings`, {
      metadata: { name: NAME },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: NAME },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }],
    });
  });

  const environment = (): Record<string, string> => ({
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: new URL(api.server).port,
  });
  const installation = (): Installation =>
    new Installation({ daemonSet: NAME, namespace: NAMESPACE, serviceAccountFolder: folder }, environment());
  const seen = async (): Promise<Installation> => {
    const found = installation();
    await found.find(new AbortController().signal, NO_PROBLEM);
    return found;
  };

  it('is not gone while it is there, nor when the API server does not answer', async () => {
    const found = await seen();
    expect(await found.isGone()).toBe(false);

    await api.stop();
    expect(await found.isGone()).toBe(false);
    await api.start();
    expect(await found.isGone()).toBe(false);
  });

  it('is gone when it was deleted, or another has its name', async () => {
    const found = await seen();
    await api.ask('DELETE', `${SETS}/${NAME}`);
    expect(await found.isGone()).toBe(true);

    await api.ask('POST', SETS, daemonSet());
    expect(await found.isGone()).toBe(true);
  });

  it('is gone when it waits for its pods to be deleted before', async () => {
    const found = await seen();
    await api.ask('DELETE', `${SETS}/${NAME}`, { propagationPolicy: 'Foreground' });
    expect(await found.isGone()).toBe(true);
    // Nobody here collects what waits so.
    await api.ask('PATCH', `${SETS}/${NAME}`, { metadata: { finalizers: null } });
  });

  it('is gone when the right to see it went with it', async () => {
    const found = await seen();
    await api.ask('DELETE', `${ROLES}/rolebindings/${NAME}`);
    expect(await found.isGone()).toBe(true);
  });

  it('that was never seen is never gone, and it is told once why', async () => {
    await api.ask('DELETE', `${ROLES}/rolebindings/${NAME}`);
    const found = installation();
    const problems: string[] = [];
    const end = new AbortController();
    await found.find(end.signal, (why) => {
      problems.push(why);
      end.abort();
    });
    await api.ask('DELETE', `${SETS}/${NAME}`);

    expect(problems).toEqual(['it is withheld']);
    expect(await found.isGone()).toBe(false);
  });

  it('decides what becomes of the rules when the agent ends', async () => {
    const stand = await FirewallStand.open();
    try {
      await stand.writePolicy(stand.group('server', { mode: 'protect', quarantine: true }));
      Object.assign(process.env, environment());
      const own = { daemonSet: NAME, namespace: NAMESPACE, serviceAccountFolder: folder };
      stand.agentOptions = { installation: own };

      const first = await stand.startAgent('server');
      await first.stop('SIGTERM');
      expect(first.lines.at(-1)).toMatchObject({ event: 'agent-stopped', rules: 'kept' });
      expect(await stand.rules('server')).toContain('quarantined');

      const second = await stand.startAgent('server');
      const url = String(second.lines.find((line) => line.event === 'agent-started')?.metrics);
      await vi.waitFor(async () => expect(await (await fetch(url)).text()).toContain('bulkhead_daemonset_seen 1'), {
        timeout: 60_000,
      });
      await api.ask('DELETE', `${SETS}/${NAME}`);
      await second.stop('SIGTERM');
      expect(second.lines.at(-1)).toMatchObject({ event: 'agent-stopped', rules: 'released', problems: [] });
      expect(await stand.rules('server')).toBe('');
    } finally {
      for (const name of Object.keys(environment())) delete process.env[name];
      await stand.close();
    }
  });
});

function daemonSet(): object {
  const labels = { app: NAME };
  const spec = { containers: [{ name: 'agent', image: 'example/agent:1' }] };
  return {
    metadata: { name: NAME },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
