import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresServer, postgresMissing, startPostgres, TestControlPlane } from '@bulkhead/lab';
import { createRequest } from '@bulkhead/pki';
import { type AgentConnection, connectAgent, enrolAgent, MIN_SPOOL_BYTES, Spool } from '@bulkhead/rpc';
import { openStore, type Store } from '@bulkhead/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const missing = postgresMissing();
if (missing !== undefined) process.stderr.write(`several apis on one PostgreSQL are not tested: ${missing}\n`);

const AGENTS = 24;
const PASSWORD = 'correct horse battery';
/** Of each agent, in steps; the process is killed in the middle of it. */
const STEPS = 60;
const EVENTS_A_STEP = 20;
/** Long enough for a process to be taken for gone, on a busy machine. */
const PATIENCE = { timeout: 90_000, interval: 200 };

/** Of several parts. */
const SBOM = Buffer.alloc(600_000, 'packages ');

const POLICY = `
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: web }
spec: { selector: { labels: { matchLabels: { app: web } } }, mode: monitor }
---
apiVersion: bulkhead.io/v1alpha1
kind: WorkloadGroup
metadata: { name: db }
spec:
  selector: { labels: { matchLabels: { app: db } } }
  mode: monitor
  sensors: [{ name: payment-cards, from: [web] }]
`;

interface Simulated {
  readonly id: string;
  readonly spool: Spool;
  readonly connection: AgentConnection;
  readonly commands: string[];
  state: string;
  members: Readonly<Record<string, readonly string[]>>;
}

describe.skipIf(missing !== undefined)('two apis on one PostgreSQL', () => {
  let folder: string;
  let postgres: PostgresServer;
  let store: Store;
  let planes: [TestControlPlane, TestControlPlane];
  let balancer: Balancer;
  let [web, db]: (Simulated | undefined)[] = [];
  const agents: Simulated[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-replicas-'));
    postgres = await startPostgres();
    await postgres.createDatabase('shared');
    const { host, port, user } = postgres;
    const config = { postgres: { host, port, user, database: 'shared', maxConnections: 4 } };
    store = await openStore(config);
    const policyFile = join(folder, 'policy.yaml');
    await writeFile(policyFile, POLICY);
    const open = (name: string): Promise<TestControlPlane> =>
      TestControlPlane.open({
        folder: join(folder, name),
        authority: join(folder, 'authority'),
        password: PASSWORD,
        policyFile,
        store: config,
      });
    planes = [await open('one'), await open('two')];
    balancer = await balance(planes.map(({ agentAddress }) => agentAddress));
  }, 180_000);
  afterAll(async () => {
    for (const { connection, spool } of agents) {
      await connection.close(0);
      spool.close();
    }
    await balancer?.close();
    for (const plane of planes ?? []) await plane.close();
    await store?.close();
    await postgres?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  // Each of them goes on where the one before it ended.
  it('let in as many agents as a token has uses, wherever they come', async () => {
    const [one, two] = planes;
    const token = await one.enrolmentToken(AGENTS);
    const claims = Array.from({ length: AGENTS + 6 }, async (_, index) => {
      const node = `node-${index}`;
      const { requestPem, keyPem } = await createRequest(node);
      const address = (index % 2 === 0 ? one : two).agentAddress;
      return { ...(await enrolAgent({ address, token, node, version: '1', requestPem })), node, keyPem };
    });
    const outcomes = await Promise.allSettled(claims);
    const enrolled = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));

    expect(enrolled).toHaveLength(AGENTS);
    for (const { agentId: id, node, chainPem, trustPem, keyPem } of enrolled) {
      const spool = Spool.open({ folder: join(folder, 'spools', node), maxBytes: MIN_SPOOL_BYTES });
      const agent = { id, spool, commands: [] as string[], state: '', members: {} };
      const connection = connectAgent({
        address: balancer.address,
        credentials: { chainPem, keyPem, trustPem },
        node,
        version: '1',
        capabilities: [],
        spool,
        policyVersion: undefined,
        onSnapshot: ({ version, json }) => {
          simulated.members = (JSON.parse(json) as { readonly members: Simulated['members'] }).members;
          return Promise.resolve({ version, accepted: true, problems: [], enforcement: [] });
        },
        onCommand: (action) => {
          if (action.kind === 'read') {
            const data = SBOM.subarray(action.offset, action.offset + action.maxBytes);
            return Promise.resolve({ outcome: 'done', message: '', part: { data, size: SBOM.length } });
          }
          if (action.kind !== 'scan') simulated.commands.push(action.kind);
          return Promise.resolve({ outcome: 'done', message: `by ${node}` });
        },
        createRequest: () => createRequest(node),
        onCredentials: () => Promise.resolve(),
        onState: ({ state }) => {
          simulated.state = state;
        },
        onProblem: () => undefined,
        backOffMs: () => 100,
      });
      const simulated: Simulated = Object.assign(agent, { connection });
      agents.push(simulated);
    }
    await expect.poll(() => agents.filter(({ state }) => state === 'connected').length, PATIENCE).toBe(AGENTS);
    const { items } = await store.agents.list({ limit: 100 });
    const replicas = Map.groupBy(items, ({ replica }) => replica);
    expect(replicas.size).toBe(2);
    [web, db] = [...replicas.values()].map(([first]) => agents.find(({ id }) => id === first?.id));
  });

  it('tell the agents of each about the workloads of the other', async () => {
    const workload = (app: string, address: string) => ({
      id: app,
      name: app,
      namespace: 'shop',
      labels: { app },
      owners: [],
      addresses: [address],
      netns: { path: `/run/netns/${app}` },
    });

    db?.connection.setWorkloads([workload('db', '10.0.0.1')]);
    web?.connection.setWorkloads([workload('web', '10.0.0.2')]);
    await expect.poll(() => db?.members, PATIENCE).toEqual({ web: ['10.0.0.2'] });
    web?.connection.setWorkloads([workload('web', '10.0.0.3')]);
    await expect.poll(() => db?.members, PATIENCE).toEqual({ web: ['10.0.0.3'] });
  });

  it('have the agent of a workload do something once, whichever of them is asked', async () => {
    await expect.poll(async () => (await store.workloads.get('web'))?.addresses, PATIENCE).toEqual(['10.0.0.3']);
    for (const plane of planes) {
      for (const id of ['web', 'db']) {
        const { body } = await plane.ask('POST', `/api/v1/workloads/${id}/actions`, { kind: 'release' });
        expect(body).toMatchObject({ outcome: 'done' });
      }
    }
    expect([web?.commands, db?.commands]).toEqual([
      ['release', 'release'],
      ['release', 'release'],
    ]);
  });

  it('bring what an agent of either found into the store, whichever of them is asked', async () => {
    for (const plane of planes) {
      for (const agent of [web, db]) {
        const { body } = await plane.ask('POST', `/api/v1/agents/${agent?.id}/actions`, { kind: 'scan' });
        const { scan } = body as { readonly scan: string };
        const written = { event: 'scan-written', scan, file: `scan-${scan}.cdx.json`, packages: 1, gaps: 0 };
        agent?.spool.append([JSON.stringify(written)]);
        agent?.connection.notify();
        await expect.poll(async () => (await store.nodeScans.get(scan))?.state, PATIENCE).toBe('queued');
        expect(SBOM.equals((await store.nodeScans.sbom(scan)) ?? new Uint8Array())).toBe(true);
      }
    }
  });

  it('show out who was revoked, whichever of them is told', async () => {
    const [gone] = agents.splice(
      agents.findIndex((agent) => agent !== web && agent !== db),
      1,
    );
    for (const plane of planes) await plane.ask('DELETE', `/api/v1/agents/${gone?.id}`);
    await expect.poll(() => gone?.state, PATIENCE).toBe('refused');
    await gone?.connection.close(0);
    gone?.spool.close();
  });

  it('lose no event and keep none twice when one of them is killed under load', async () => {
    const [one] = planes;
    for (let step = 0; step < STEPS; step += 1) {
      for (const { id, spool, connection } of agents) {
        spool.append(
          Array.from({ length: EVENTS_A_STEP }, (_, index) =>
            JSON.stringify({ event: 'counted', agent: id, number: step * EVENTS_A_STEP + index }),
          ),
        );
        connection.notify();
      }
      if (step === STEPS / 2) {
        balancer.refuse(one.agentAddress);
        await one.kill();
      }
      await sleep(20);
    }
    await expect.poll(() => agents.filter(({ spool }) => spool.waiting > 0).length, PATIENCE).toBe(0);
    expect(agents.map(({ spool }) => spool.lost)).toEqual(agents.map(() => 0));

    const numbers = new Map<unknown, number[]>();
    let after: string | undefined;
    do {
      const page = await store.events.list({ kind: 'counted' }, { limit: 500, after });
      for (const { document } of page.items) {
        const list = numbers.get(document['agent']) ?? [];
        list.push(Number(document['number']));
        numbers.set(document['agent'], list);
      }
      after = page.next;
    } while (after !== undefined);
    const all = Array.from({ length: STEPS * EVENTS_A_STEP }, (_, index) => index);
    expect(numbers.size).toBe(agents.length);
    for (const list of numbers.values()) expect(list.toSorted((a, b) => a - b)).toEqual(all);
  });

  it('find out that one of them is gone, and go on with its agents and with it when it is back', async () => {
    const [one, two] = planes;
    await expect.poll(async () => (await store.replicas.list()).length, PATIENCE).toBe(1);
    const { items } = await store.agents.list({ limit: 100 });
    const [left] = await store.replicas.list();
    const connected = items.filter(({ revokedAt }) => revokedAt === undefined);
    expect(connected.map(({ replica }) => replica)).toEqual(agents.map(() => left?.id));
    const { body } = await two.ask('POST', '/api/v1/workloads/web/actions', { kind: 'release' });
    expect(body).toMatchObject({ outcome: 'done' });
    expect(web?.commands).toHaveLength(3);

    await one.restart();
    await expect.poll(async () => (await store.replicas.list()).length, PATIENCE).toBe(2);
    const again = await one.ask('POST', '/api/v1/workloads/web/actions', { kind: 'release' });
    expect(again.body).toMatchObject({ outcome: 'done' });
  });
});

interface Balancer {
  readonly address: string;
  /** Gives nobody this address any more. */
  refuse(address: string): void;
  close(): Promise<void>;
}

/** As a Service of Kubernetes: each connection goes to the next of those that are there. */
async function balance(addresses: readonly string[]): Promise<Balancer> {
  let count = 0;
  const refused = new Set<string>();
  const open = new Set<{ destroy(): void }>();
  const server: Server = createServer((client) => {
    const there = addresses.filter((address) => !refused.has(address));
    const address = there[count++ % there.length] ?? '';
    const [host = '', port] = address.split(':');
    const upstream = connectTcp(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { readonly port: number };
  return {
    address: `127.0.0.1:${port}`,
    refuse: (address) => void refused.add(address),
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
