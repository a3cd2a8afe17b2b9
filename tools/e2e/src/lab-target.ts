import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Component, makeServiceImage, makeTestImage, SERVICES, type Service } from '@bulkhead/images';
import { clusterMissing, startCluster } from '@bulkhead/lab';
import type { Target } from './target.ts';

const REGISTRY = 'localhost/bulkhead-e2e';
const TAG = 'e2e';
const USED: readonly Component[] = ['agent', 'api', 'webhook', 'worker'];

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
    const take = async (name: string, make: (place: string) => Promise<string>): Promise<void> => {
      say(`making the image of the ${name} ...\n`);
      const place = join(folder, name);
      await cluster.importImages(await make(place));
      await rm(place, { recursive: true, force: true });
    };
    for (const one of components) {
      await take(one, (place) => makeTestImage(one, `${REGISTRY}/bulkhead-${one}:${TAG}`, place));
    }
    for (const one of SERVICES) await take(one, (place) => makeServiceImage(one, imageOf(one), place));
    return {
      prefix: ['nsenter', `--net=${cluster.node}`],
      kubeconfig: cluster.kubeconfig,
      kubectl: cluster.kubectl,
      registry: REGISTRY,
      tag: TAG,
      agentValues: { runtimeSocket: cluster.containerd, captures: { hostPath: join(folder, 'agent') } },
      postgresValues: { image: imageOf('postgres'), runAsUser: 65_532 },
      redisValues: { image: imageOf('redis') },
      registryImage: imageOf('registry'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function imageOf(service: Service): string {
  return `${REGISTRY}/${service}:${TAG}`;
}
