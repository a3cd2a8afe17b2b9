import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, type Host, LineProcess, type Network, type Outcome, request, startServer } from '@bulkhead/lab';

const MAIN = join(import.meta.dirname, '../main.ts');

const HOSTS = ['server', 'friend', 'stranger'] as const;
type HostName = (typeof HOSTS)[number];

/** Longer than the first retransmission of a packet that opens a connection. */
const SILENCE_MS = 2_500;

/** A document of the policy language, without what all have in common. */
export function document(kind: string, name: string, spec: object): object {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind, metadata: { name }, spec };
}

/** A server, and two who may call it or not. Close it in a `finally`. */
export class FirewallStand {
  readonly network: Network;
  readonly #folder: string;
  readonly #processes: LineProcess[] = [];

  private constructor(network: Network, folder: string) {
    this.network = network;
    this.#folder = folder;
  }

  static async open(): Promise<FirewallStand> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-firewall-'));
    const stand = new FirewallStand(await createNetwork('bhf', 'bridged', HOSTS), folder);
    try {
      for (const name of HOSTS) stand.keep(await startServer(stand.host(name)));
      return stand;
    } catch (error) {
      await stand.close();
      throw error;
    }
  }

  host(name: HostName): Host {
    return this.network.host(name);
  }

  /** Ends a process with the stand. */
  keep(process: LineProcess): LineProcess {
    this.#processes.push(process);
    return process;
  }

  /** A group of one host. */
  group(name: HostName, spec: object): object {
    return document('WorkloadGroup', name, { selector: { netns: [this.host(name).netns] }, ...spec });
  }

  async writePolicy(...documents: readonly object[]): Promise<void> {
    const file = join(this.#folder, 'policy.yaml');
    await writeFile(file, documents.map((each) => JSON.stringify(each)).join('\n---\n'));
  }

  /** Starts an agent and waits until it holds these hosts. */
  async startAgent(...held: readonly HostName[]): Promise<LineProcess> {
    const file = join(this.#folder, 'agent.json');
    await writeFile(
      file,
      JSON.stringify({ policy: ['policy.yaml'], workloads: { netns: true }, metrics: { port: 0 } }),
    );
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

  async close(): Promise<void> {
    for (const each of this.#processes.toReversed()) await each.stop();
    await this.network.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
