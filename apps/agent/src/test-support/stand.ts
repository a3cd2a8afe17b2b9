import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNetwork,
  type Host,
  type Line,
  LineProcess,
  type Network,
  type Outcome,
  type RequestOptions,
  request,
  run,
  runIn,
  startServer,
  TestControlPlane,
} from '@bulkhead/lab';

const MAIN = join(import.meta.dirname, '../main.ts');

/** A number that every payment service documents for tests, where its field's name gives it away. */
export const CARD = '4111111111111111';
export const CARD_ORDER = JSON.stringify({ item: 'book', cardNumber: CARD });
export const PLAIN_ORDER = JSON.stringify({ item: 'book', orderId: '7402231' });

const SENSOR = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'DataSensor',
  metadata: { name: 'stop-cards' },
  spec: { detectors: ['payment-card'], action: 'block' },
};

/** A client, a server, and agents that come and go. */
export class Stand {
  readonly network: Network;
  readonly server: LineProcess;
  readonly #folder: string;
  readonly #agents: LineProcess[] = [];
  readonly #clients: LineProcess[] = [];
  readonly #planes: TestControlPlane[] = [];

  private constructor(network: Network, server: LineProcess, folder: string) {
    this.network = network;
    this.server = server;
    this.#folder = folder;
  }

  static async open(): Promise<Stand> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-agent-'));
    const network = await createNetwork('bht', 'bridged', ['client', 'server']);
    try {
      return new Stand(network, await startServer(network.host('server')), folder);
    } catch (error) {
      await network.remove();
      throw error;
    }
  }

  get client(): Host {
    return this.network.host('client');
  }

  get serverHost(): Host {
    return this.network.host('server');
  }

  /** Writes the policy of the server's namespace, and what else it is to have; a running agent takes it over. */
  async writePolicy(spec: Readonly<Record<string, unknown>>, ...more: readonly object[]): Promise<void> {
    const selector = { netns: [this.serverHost.netns] };
    const metadata = { name: 'server' };
    const kind = 'WorkloadGroup';
    const group = { ...SENSOR, kind, metadata, spec: { selector, sensors: ['stop-cards'], ...spec } };
    await writeFile(
      this.policyFile,
      [SENSOR, group, ...more].map((document) => JSON.stringify(document)).join('\n---\n'),
    );
  }

  get policyFile(): string {
    return join(this.#folder, 'policy.yaml');
  }

  /** Starts an agent and waits until the server's namespace is as the policy says. */
  async startAgent(more: Readonly<Record<string, unknown>> = {}): Promise<LineProcess> {
    const config = { policy: ['policy.yaml'], workloads: { netns: true }, metrics: { port: 0 }, ...more };
    const file = join(this.#folder, 'agent.json');
    await writeFile(file, JSON.stringify(config));
    const agent = new LineProcess('agent', undefined, process.execPath, [MAIN, '--config', file]);
    this.#agents.push(agent);
    await agent.waitFor('protection', (line) => this.isAbout(line, 'workload-protected'), { withinMs: 20_000 });
    return agent;
  }

  /** Starts a control plane whose policy is that of `writePolicy`, and gives what an agent's configuration says of it. */
  async startControlPlane(store?: object): Promise<{
    readonly plane: TestControlPlane;
    readonly config: Readonly<Record<string, unknown>>;
  }> {
    const plane = await TestControlPlane.open({
      folder: join(this.#folder, 'api'),
      policyFile: this.policyFile,
      ...(store !== undefined && { store }),
    });
    this.#planes.push(plane);
    await writeFile(join(this.#folder, 'token'), await plane.enrolmentToken(), { mode: 0o600 });
    const controlPlane = { address: plane.agentAddress, tokenFile: 'token', node: 'node-1' };
    return { plane, config: { policy: undefined, controlPlane } };
  }

  /** Starts a second agent that watches the client's namespace only, and waits until it does. */
  async startBystander(): Promise<LineProcess> {
    const selector = { netns: [this.client.netns] };
    const spec = { selector, sensors: ['stop-cards'], mode: 'monitor' };
    const group = { ...SENSOR, kind: 'WorkloadGroup', metadata: { name: 'client' }, spec };
    const policy = join(this.#folder, 'bystander-policy.yaml');
    await writeFile(policy, [SENSOR, group].map((document) => JSON.stringify(document)).join('\n---\n'));
    const file = join(this.#folder, 'bystander.json');
    await writeFile(file, JSON.stringify({ policy: [policy], workloads: { netns: true }, metrics: { port: 0 } }));
    const agent = new LineProcess('bystander', undefined, process.execPath, [MAIN, '--config', file]);
    this.#agents.push(agent);
    const isReady = (line: Line): boolean => line.event === 'workload-protected' && line.netns === this.client.path;
    await agent.waitFor('protection', isReady, { withinMs: 20_000 });
    return agent;
  }

  request(options: RequestOptions): Promise<Outcome> {
    return request(this.client, this.serverHost, options);
  }

  /** Has a process of the client ended with the stand. */
  keep(client: LineProcess): LineProcess {
    this.#clients.push(client);
    return client;
  }

  isAbout(line: Line, event: string): boolean {
    return line.event === event && line.netns === this.serverHost.path;
  }

  /** What reached the server since a position of its log, as text. */
  arrived(from = 0): string {
    return JSON.stringify(this.server.lines.slice(from));
  }

  /** What waits on the disk for the control plane, as text. */
  async spooled(): Promise<string> {
    const folder = join(this.#folder, 'state', 'spool');
    const files = await readdir(folder);
    return (await Promise.all(files.map((file) => readFile(join(folder, file), 'latin1')))).join();
  }

  /** Names in the agents' folder of captures. */
  captures(): Promise<readonly string[]> {
    return readdir(join(this.#folder, 'captures'));
  }

  /** All rules in the server's namespace. */
  rules(): Promise<string> {
    return runIn(this.serverHost.path, 'nft', ['list', 'ruleset']);
  }

  async close(): Promise<void> {
    for (const each of [...this.#clients, ...this.#agents, this.server]) await each.stop();
    for (const plane of this.#planes) await plane.close();
    await this.network.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Lends a test a stand, and closes it however the test ends. */
export async function withStand(test: (stand: Stand) => Promise<void>): Promise<void> {
  const stand = await Stand.open();
  try {
    await test(stand);
  } finally {
    await stand.close();
  }
}

/** Why namespaces cannot be used here, or undefined when they can. */
export async function missingForNamespaces(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'not root';
  const name = `bht-probe-${process.pid}`;
  try {
    await run('ip', ['netns', 'add', name]);
    await runIn(`/run/netns/${name}`, 'nft', ['list', 'ruleset']);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await run('ip', ['netns', 'del', name]).catch(() => undefined);
  }
}
