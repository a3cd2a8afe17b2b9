import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, LineProcess, makeCertificate, type Network, run } from '@bulkhead/lab';
import { HARMLESS, orderList } from '../capture/orders.ts';
import { Random } from '../capture/random.ts';
import { nginxConfig } from './nginx-config.ts';

const AGENT = join(import.meta.dirname, '../../../../apps/agent/src/main.ts');
const REQUEST_LOOP = join(import.meta.dirname, '../native/request_loop.c');
const SEED = 7;

/** A client, a router and a server. */
export interface Path {
  readonly network: Network;
  readonly client: string;
  readonly server: string;
}

/** Two equal paths on one machine, one of which is inspected: what differs between them is the inspection. */
export interface InlineLab {
  readonly plain: Path;
  readonly inspected: Path;
  readonly requestLoop: string;
  readonly agent: LineProcess;
  close(): Promise<void>;
}

export async function openInlineLab(): Promise<InlineLab> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const networks: Network[] = [];
  const processes: LineProcess[] = [];
  async function close(): Promise<void> {
    for (const each of processes.toReversed()) await each.stop();
    for (const network of networks) await network.remove();
    await rm(folder, { recursive: true, force: true });
  }
  try {
    const requestLoop = join(folder, 'request_loop');
    await run('gcc', ['-O2', '-o', requestLoop, REQUEST_LOOP]);
    await writePages(folder);
    const certificate = await makeCertificate(folder, ['bench.test']);
    const path = async (label: string): Promise<Path> => {
      const network = await createNetwork(label, 'routed', ['client', 'server']);
      networks.push(network);
      const server = network.host('server');
      const config = join(folder, `${label}.conf`);
      await writeFile(config, nginxConfig(folder, label, certificate));
      processes.push(new LineProcess(`nginx of ${label}`, server.path, 'nginx', ['-c', config]));
      processes.push(new LineProcess(`iperf3 of ${label}`, server.path, 'iperf3', ['-s']));
      return { network, client: network.host('client').path, server: server.ipv4 };
    };
    const plain = await path('bhp');
    const inspected = await path('bhi');
    const agent = new LineProcess('agent', undefined, process.execPath, [
      AGENT,
      '--config',
      await writeConfig(folder, inspected),
    ]);
    processes.push(agent);
    await agent.waitFor('protection', (line) => line.event === 'workload-protected', { withinMs: 20_000 });
    return { plain, inspected, requestLoop, agent, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function writePages(folder: string): Promise<void> {
  const random = new Random(SEED);
  await mkdir(join(folder, 'www'));
  await writeFile(join(folder, 'www/100k.json'), orderList(random, 100_000, HARMLESS));
  await writeFile(join(folder, 'www/1k.json'), orderList(random, 1_000, HARMLESS));
}

async function writeConfig(folder: string, { network }: Path): Promise<string> {
  const group = {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'WorkloadGroup',
    metadata: { name: 'router' },
    spec: {
      selector: { netns: [network.router.netns] },
      mode: 'protect',
      hooks: ['forward'],
      sensors: ['bank-accounts', 'contact-data', 'payment-cards', 'secrets', 'us-social-security'],
    },
  };
  await writeFile(join(folder, 'policy.json'), JSON.stringify(group));
  const config = { policy: ['policy.json'], workloads: { netns: true }, metrics: { port: 0 }, onStop: 'release' };
  await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
  return join(folder, 'agent.json');
}
