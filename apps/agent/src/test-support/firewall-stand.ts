import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNetwork,
  type Host,
  LineProcess,
  type Network,
  type Outcome,
  request,
  run,
  runIn,
  type Shape,
  startServer,
} from '@bulkhead/lab';

const MAIN = join(import.meta.dirname, '../main.ts');

const HOSTS = ['server', 'friend', 'stranger'] as const;
type HostName = (typeof HOSTS)[number];

/** Longer than the first retransmission of a packet that opens a connection. */
const SILENCE_MS = 2_500;

/** A document of the policy language, without what all have in common. */
export function document(kind: string, name: string, spec: object): object {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind, metadata: { name }, spec };
}

interface Stoppable {
  stop(): Promise<unknown>;
}

/** A server, and two who may call it or not. */
export class FirewallStand {
  readonly network: Network;
  /** What the configuration of agents that are started says beyond what they need. */
  agentOptions: Readonly<Record<string, unknown>> = {};
  readonly #folder: string;
  readonly #processes: Stoppable[] = [];

  private constructor(network: Network, folder: string) {
    this.network = network;
    this.#folder = folder;
  }

  static async open(shape: Shape = 'bridged'): Promise<FirewallStand> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-firewall-'));
    const stand = new FirewallStand(await createNetwork('bhf', shape, HOSTS), folder);
    try {
      for (const name of HOSTS) stand.keep(await startServer(stand.host(name)));
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  /** For what belongs to the stand. */
  get folder(): string {
    return this.#folder;
  }

  get policyFile(): string {
    return join(this.#folder, 'policy.yaml');
  }

  host(name: HostName): Host {
    return this.network.host(name);
  }

  /** Ends a process with the stand. */
  keep<Process extends Stoppable>(process: Process): Process {
    this.#processes.push(process);
    return process;
  }

  /** A group of one host. */
  group(name: HostName, spec: object): object {
    return document('WorkloadGroup', name, { selector: { netns: [this.host(name).netns] }, ...spec });
  }

  writePolicy(...documents: readonly object[]): Promise<void> {
    return this.writePolicyText(documents.map((each) => JSON.stringify(each)).join('\n---\n'));
  }

  async writePolicyText(text: string): Promise<void> {
    await writeFile(this.policyFile, text);
  }

  /** What agents keep of names that workloads were told, as text; empty before there is any. */
  keptNames(): Promise<string> {
    return readFile(join(this.#folder, 'state/names.json'), 'utf8').catch(() => '');
  }

  /** Starts an agent and waits until it holds these hosts. */
  async startAgent(...held: readonly HostName[]): Promise<LineProcess> {
    const file = join(this.#folder, 'agent.json');
    const config = { policy: ['policy.yaml'], workloads: { netns: true }, metrics: { port: 0 } };
    await writeFile(file, JSON.stringify({ ...config, ...this.agentOptions }));
    const agent = this.keep(new LineProcess('agent', undefined, process.execPath, [MAIN, '--config', file]));
    for (const name of held) await this.held(agent, name);
    return agent;
  }

  async held(agent: LineProcess, name: HostName, from = 0): Promise<void> {
    const { path } = this.host(name);
    const isHeld = (line: { readonly event?: unknown; readonly netns?: unknown }): boolean =>
      line.event === 'workload-protected' && line.netns === path;
    await agent.waitFor(`hold of ${name}`, isHeld, { withinMs: 30_000, from });
  }

  /** What one host gets from the server of another. Silence is an answer too. */
  call(from: HostName, to: HostName, ip: 4 | 6 = 4): Promise<Outcome> {
    return request(this.host(from), this.host(to), { path: '/', ip, timeoutMs: SILENCE_MS });
  }

  /** What a host gets of a service, whoever its node takes it to. */
  callService(from: HostName, at: string): Promise<Outcome> {
    return request(this.host(from), this.host(from), { path: '/', at, timeoutMs: SILENCE_MS });
  }

  /** How events name a flow of TCP between hosts. */
  flow(from: HostName, to: HostName, port: number): object {
    return { protocol: 'tcp', client: this.host(from).ipv4, server: this.host(to).ipv4, port };
  }

  /** All rules in a host's namespace. */
  rules(name: HostName): Promise<string> {
    return runIn(this.host(name).path, 'nft', ['list', 'ruleset']);
  }

  /**
   * What "agent --clean-up" says where the stand's hosts are all that there is: whatever else this machine protects is nothing
   * that a test may touch.
   */
  async cleanUp(): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
    const seen = join(this.#folder, 'netns');
    const hosts = HOSTS.map((name) => this.host(name));
    const script = [
      `mkdir -p ${seen}`,
      ...hosts.map(({ netns, path }) => `touch ${seen}/${netns} && mount --bind ${path} ${seen}/${netns}`),
      `mount --rbind ${seen} /run/netns`,
      `${process.execPath} ${MAIN} --clean-up; echo "code $?"`,
    ].join(' && ');
    const words = ['--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c', script];
    const lines = (await run('unshare', words)).trim().split('\n');
    return { code: Number(lines.at(-1)?.slice('code '.length)), lines: lines.slice(0, -1) };
  }

  async close(): Promise<void> {
    for (const each of this.#processes.toReversed()) await each.stop();
    await this.network.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Lends a test a stand, and closes it however the test ends. */
export async function withFirewall(test: (stand: FirewallStand) => Promise<void>, shape?: Shape): Promise<void> {
  const stand = await FirewallStand.open(shape);
  try {
    await test(stand);
  } finally {
    await stand.close();
  }
}
