import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Certificate,
  createNetwork,
  type Line,
  LineProcess,
  makeCertificate,
  type Network,
  type Outcome,
  removeAbandoned,
  request,
  runIn,
  startServer,
} from '@bulkhead/lab';

export const HOSTS = ['shop', 'payments', 'client'] as const;
export type HostName = (typeof HOSTS)[number];

const LABEL = 'bulkhead-demo';
const FOLDER = import.meta.dirname;
const AGENT = join(FOLDER, '../../../apps/agent/src/main.ts');
/** Names in the certificate that the client asks for. */
const SERVER_NAME = 'payments.demo';

/** The record that the shop answers with. */
const CUSTOMER = { id: 42, name: 'Ada Example', ssn: '536-22-8145', note: 'social security number on file' };

/** Three workloads on a network of their own, and the agent that protects them. */
export class Stage {
  readonly network: Network;
  readonly agent: LineProcess;
  readonly servers: ReadonlyMap<HostName, LineProcess>;
  readonly #folder: string;
  readonly #certificate: Certificate;

  private constructor(
    network: Network,
    folder: string,
    certificate: Certificate,
    agent: LineProcess,
    servers: ReadonlyMap<HostName, LineProcess>,
  ) {
    this.network = network;
    this.agent = agent;
    this.servers = servers;
    this.#folder = folder;
    this.#certificate = certificate;
  }

  /** Sets everything up and waits until every workload is protected. Leaves nothing behind when it fails. */
  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-demo-'));
    await removeAbandoned(LABEL);
    const network = await createNetwork(LABEL, 'bridged', HOSTS);
    const processes: LineProcess[] = [];
    try {
      const payments = network.host('payments');
      const certificate = await makeCertificate(folder, [SERVER_NAME, payments.ipv4, payments.ipv6]);
      const answers = { '/customers/42': CUSTOMER };
      const shop = await startServer(network.host('shop'), { answers });
      processes.push(shop);
      const payment = await startServer(payments, { identity: certificate });
      processes.push(payment);
      const servers = new Map<HostName, LineProcess>([
        ['shop', shop],
        ['payments', payment],
      ]);
      const agent = new LineProcess('agent', undefined, process.execPath, [
        AGENT,
        '--config',
        await writeConfig(folder),
      ]);
      processes.push(agent);
      for (const host of network.hosts.values()) {
        await agent.waitFor(`protection of ${host.name}`, (line) => isAbout(line, 'workload-protected', host.path), {
          withinMs: 20_000,
        });
      }
      return new Stage(network, folder, certificate, agent, servers);
    } catch (error) {
      for (const each of processes) await each.stop();
      await network.remove();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** One request of the client. */
  request(to: HostName, { over = 'http', ...options }: ClientRequest): Promise<Outcome> {
    const tls = { certificate: this.#certificate.certificate, name: SERVER_NAME };
    const { network } = this;
    return request(network.host('client'), network.host(to), { ...options, ...(over === 'tls' && { tls }) });
  }

  server(name: HostName): LineProcess {
    const server = this.servers.get(name);
    if (server === undefined) throw new RangeError(`${name} serves nothing`);
    return server;
  }

  /** Packets a counter of the kernel's rules has seen in a host's namespace; 0 where there are no rules. */
  async kernelCount(host: HostName, counter: string): Promise<number> {
    const { path } = this.network.host(host);
    const parameters = ['-j', 'list', 'counter', 'inet', 'bulkhead', counter];
    const output = await runIn(path, 'nft', parameters).catch(() => '{"nftables":[]}');
    const { nftables } = JSON.parse(output) as { nftables: { counter?: { packets: number } }[] };
    return nftables.find((entry) => entry.counter !== undefined)?.counter?.packets ?? 0;
  }

  /** All rules in a host's namespace, as nft lists them. */
  rules(host: HostName): Promise<string> {
    return runIn(this.network.host(host).path, 'nft', ['list', 'ruleset']);
  }

  /** Ends the agent as an operator would and gives its exit code. */
  stopAgent(): Promise<number | NodeJS.Signals> {
    return this.agent.stop('SIGTERM');
  }

  /** Ends every process and removes every namespace. */
  async close(): Promise<void> {
    await this.agent.stop('SIGTERM');
    for (const server of this.servers.values()) await server.stop();
    await this.network.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export interface ClientRequest {
  readonly over?: 'http' | 'tls';
  readonly ip?: 4 | 6;
  readonly path: string;
  readonly body?: string;
}

/** Whether a line of the agent is an event of this name about the namespace. */
export function isAbout(line: Line, event: string, netns: string): boolean {
  return line.event === event && line.netns === netns;
}

async function writeConfig(folder: string): Promise<string> {
  // Another demo on this machine has namespaces of the same kind: this one's policy must not select them.
  const policy = await readFile(join(FOLDER, '../policy.yaml'), 'utf8');
  await writeFile(join(folder, 'policy.yaml'), policy.replaceAll(`${LABEL}-*`, `${LABEL}-${process.pid}`));
  await mkdir(join(folder, 'captures'));
  const config = {
    policy: ['policy.yaml'],
    workloads: { netns: true },
    metrics: { port: 0 },
    onStop: 'release',
    captures: { folder: 'captures', maxMebibytes: 16 },
  };
  const file = join(folder, 'agent.json');
  await writeFile(file, JSON.stringify(config));
  return file;
}
