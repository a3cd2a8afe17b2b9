import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, startDaemon } from '../service/daemon.ts';
import type { KubeAnswer } from '../service/kube-request.ts';
import { NODE_ADDRESS } from './node-network.ts';

export const DNS_SERVER = '/usr/sbin/dnsmasq';
export const DOMAIN = 'cluster.local';

const EVERY_MS = 300;

export interface NamesOptions {
  readonly node: string;
  /** A folder of its own. */
  readonly folder: string;
  readonly ask: (method: string, path: string) => Promise<KubeAnswer>;
}

interface ServiceList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: { readonly clusterIP?: string };
  }[];
}

/** Answers the names of services on the node's address, as a cluster's DNS does: with the service's own address. */
export async function startNames({ node, folder, ask }: NamesOptions): Promise<Daemon> {
  const words = [`--net=${node}`, DNS_SERVER, '--keep-in-foreground', '--conf-file=/dev/null', '--user=root'];
  const names = ['--no-resolv', '--no-hosts', `--hostsdir=${folder}`, `--local=/${DOMAIN}/`];
  const place = [`--listen-address=${NODE_ADDRESS}`, '--bind-interfaces', '--pid-file='];
  const daemon = await startDaemon({
    name: 'dnsmasq',
    program: 'nsenter',
    parameters: [...words, ...names, ...place],
    isReady: () => Promise.resolve(),
  });
  const stopped = new AbortController();
  const following = followServices(folder, ask, stopped.signal);
  return {
    ...daemon,
    async stop() {
      stopped.abort();
      await following;
      await daemon.stop();
    },
  };
}

async function followServices(folder: string, ask: NamesOptions['ask'], signal: AbortSignal): Promise<void> {
  let written = '';
  while (!signal.aborted) {
    try {
      const { body } = await ask('GET', '/api/v1/services');
      const hosts = (body as unknown as ServiceList).items
        .filter(({ spec }) => spec.clusterIP !== undefined && spec.clusterIP !== 'None')
        .map(({ metadata, spec }) => `${spec.clusterIP} ${metadata.name}.${metadata.namespace}.svc.${DOMAIN}`)
        .join('\n');
      if (hosts !== written) {
        // Whole or not at all: it is read the moment it appears.
        await writeFile(join(folder, '..', 'hosts.fresh'), `${hosts}\n`);
        await rename(join(folder, '..', 'hosts.fresh'), join(folder, 'services'));
      }
      written = hosts;
    } catch {
      // The API server starts again, or ends: the next round asks once more.
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
