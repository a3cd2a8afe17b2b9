import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentConnection, ConnectAgentOptions, ConnectionState } from '../client/agent-connection.ts';
import type { AgentCredentials } from '../client/channel.ts';
import { connectAgent } from '../client/connection.ts';
import { enrolAgent } from '../client/enrol.ts';
import { type AgentServer, type ServeAgentsOptions, serveAgents } from '../server/serve.ts';
import { Spool } from '../spool/spool.ts';
import type { SnapshotText } from '../wire/terms.ts';
import { formatToken } from '../wire/token.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { OpensslAuthority } from './openssl-authority.ts';
import { RecordingHub } from './recording-hub.ts';

/** A control plane behind a proxy that cuts, and agents. Close it in a `finally`. */
export class Stand {
  readonly authority: OpensslAuthority;
  readonly hub = new RecordingHub();
  readonly log: { readonly level: string; readonly message: string; readonly fields: Record<string, unknown> }[] = [];
  readonly states: ConnectionState[] = [];
  readonly problems: string[] = [];
  readonly snapshots: SnapshotText[] = [];
  readonly proxy: CuttingProxy;
  readonly #folder: string;
  readonly #identity: ServeAgentsOptions['identity'];
  readonly #connections: AgentConnection[] = [];
  server: AgentServer;

  private constructor(
    authority: OpensslAuthority,
    folder: string,
    identity: ServeAgentsOptions['identity'],
    proxy: CuttingProxy,
  ) {
    this.authority = authority;
    this.#folder = folder;
    this.#identity = identity;
    this.proxy = proxy;
    this.server = undefined as unknown as AgentServer;
  }

  static async open(more: Partial<ServeAgentsOptions> = {}): Promise<Stand> {
    const authority = await OpensslAuthority.create();
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-rpc-'));
    const stand = new Stand(authority, folder, await authority.serverIdentity(), await CuttingProxy.open(1));
    await stand.startServer(more);
    return stand;
  }

  async startServer(more: Partial<ServeAgentsOptions> = {}): Promise<void> {
    const say =
      (level: string) =>
      (fields: unknown, message?: string): void =>
        void this.log.push({ level, message: String(message), fields: fields as Record<string, unknown> });
    this.server = await serveAgents({
      host: '127.0.0.1',
      port: 0,
      identity: this.#identity,
      issuer: this.authority,
      hub: this.hub,
      logger: { info: say('info'), warn: say('warn'), error: say('error') },
      ...more,
    });
    this.proxy.target = this.server.port;
  }

  get address(): string {
    return `127.0.0.1:${this.proxy.port}`;
  }

  get spoolFolder(): string {
    return join(this.#folder, 'spool');
  }

  token(secret = this.hub.secret, pin = this.authority.pin): string {
    return formatToken({ id: 'abc123', secret, pin });
  }

  async enrol(token = this.token()): Promise<AgentCredentials> {
    const { requestPem, keyPem } = await this.authority.createRequest();
    const enrolled = await enrolAgent({ address: this.address, token, node: 'node-1', version: '1', requestPem });
    return { ...enrolled, keyPem };
  }

  openSpool(maxBytes = 64 * 1024 * 1024): Spool {
    return Spool.open({ folder: this.spoolFolder, maxBytes, onProblem: (problem) => this.problems.push(problem) });
  }

  connect(credentials: AgentCredentials, spool: Spool, more: Partial<ConnectAgentOptions> = {}): AgentConnection {
    const connection = connectAgent({
      address: this.address,
      credentials,
      node: 'node-1',
      version: '1',
      capabilities: ['capture'],
      spool,
      policyVersion: undefined,
      onSnapshot: (snapshot) => {
        this.snapshots.push(snapshot);
        return Promise.resolve({ version: snapshot.version, accepted: true, problems: [], enforcement: [] });
      },
      onCommand: () => Promise.resolve({ outcome: 'unsupported', message: '' }),
      createRequest: () => this.authority.createRequest(),
      onCredentials: () => Promise.resolve(),
      onState: (state) => this.states.push(state),
      onProblem: (problem) => this.problems.push(problem),
      backOffMs: () => 10,
      ...more,
    });
    this.#connections.push(connection);
    return connection;
  }

  /** Waits until something holds; the test's own time limit ends a wait in vain. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await sleep(5);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) await connection.close(0);
    await this.server.close();
    await this.proxy.close();
    await this.authority.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Runs a test with a stand of its own. */
export async function withStand(
  test: (stand: Stand) => Promise<void>,
  more?: Partial<ServeAgentsOptions>,
): Promise<void> {
  const stand = await Stand.open(more);
  try {
    await test(stand);
  } finally {
    await stand.close();
  }
}

/** Events whose text is their number. */
export function numbered(from: number, to: number, filling = ''): string[] {
  return Array.from({ length: to - from }, (_, index) => JSON.stringify({ number: from + index, filling }));
}
