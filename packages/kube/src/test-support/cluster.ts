import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeApi } from '@bulkhead/lab';
import { KubeClient } from '../client/client.ts';
import { inClusterConnection } from '../connection/in-cluster.ts';

/** What a kubelet mounts into a pod, and a client that uses it. */
export interface PodOfTest {
  readonly folder: string;
  readonly client: KubeClient;
  remove(): void;
}

/** A pod's way to the API server of a test, through another port where one is given. */
export function podOf(api: KubeApi, port = new URL(api.server).port, token = api.token): PodOfTest {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-pod-'));
  writeFileSync(join(folder, 'ca.crt'), api.ca);
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(join(folder, 'namespace'), 'default');
  const environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
  const client = new KubeClient(inClusterConnection({ folder, environment }));
  return {
    folder,
    client,
    remove() {
      client.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
