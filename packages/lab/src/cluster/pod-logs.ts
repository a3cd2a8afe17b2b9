import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

/** Of the kubelet; nothing lets it put them elsewhere. */
const POD_LOGS = '/var/log/pods';

/** The logs of pods lie outside the kubelet's own folder, and stay where it ends before its pods do. */
export async function removePodLogs(ask: Cluster['ask']): Promise<void> {
  try {
    const { body } = await ask('GET', '/api/v1/pods');
    const pods = (body as { readonly items?: readonly { readonly metadata: { readonly uid: string } }[] }).items ?? [];
    const uids = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const name of await readdir(POD_LOGS)) {
      if (uids.has(name.split('_').at(-1) ?? '')) await rm(join(POD_LOGS, name), { recursive: true, force: true });
    }
  } catch {
    // Without an answer nobody knows whose logs they are.
  }
}
