import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Component, makeServiceImage, makeTestImage } from '@bulkhead/images';
import { clusterMissing, startCluster } from '@bulkhead/lab';
import type { Target } from './target.ts';

const REGISTRY = 'localhost/bulkhead-e2e';
const TAG = 'e2e';
const POSTGRES = `${REGISTRY}/postgres:${TAG}`;
const USED: readonly Component[] = ['agent', 'api', 'webhook'];

/** Starts a cluster of the lab with the images of this checkout in it. `say` gets lines of progress. */
export async function openLabTarget(
  say: (text: string) => void,
  components: readonly Component[] = USED,
): Promise<Target> {
  const missing = clusterMissing();
  if (missing !== undefined) throw new Error(`no cluster can be started here: ${missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-e2e-'));
  say('starting a cluster ...\n');
  const cluster = await startCluster();
  const close = async (): Promise<void> => {
    await cluster.remove();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const component of [...components, 'postgres' as const]) {
      say(`making the image of the ${component} ...\n`);
      const place = join(folder, component);
      const make =
        component === 'postgres'
          ? makeServiceImage(component, POSTGRES, place)
          : makeTestImage(component, `${REGISTRY}/bulkhead-${component}:${TAG}`, place);
      await cluster.importImages(await make);
      await rm(place, { recursive: true, force: true });
    }
    return {
      prefix: ['nsenter', `--net=${cluster.node}`],
      kubeconfig: cluster.kubeconfig,
      kubectl: cluster.kubectl,
      registry: REGISTRY,
      tag: TAG,
      agentValues: { runtimeSocket: cluster.containerd, captures: { hostPath: join(folder, 'agent') } },
      postgresValues: { image: POSTGRES, runAsUser: 65_532 },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
