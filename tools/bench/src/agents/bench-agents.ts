import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresMissing, startPostgres, TestControlPlane } from '@bulkhead/lab';
import { createRequest } from '@bulkhead/pki';
import { type AgentConnection, connectAgent, enrolAgent, MIN_SPOOL_BYTES, Spool } from '@bulkhead/rpc';
import { type Measure, median } from '../measure.ts';
import { residentMebibytes } from '../resident.ts';

/** So many agents are simulated, in this one process. */
const AGENTS = 1_000;
/** Enrolments at once: each makes a key. */
const AT_ONCE = 20;
/** What must be stored and acknowledged in a second. */
const BAR = 20_000;
/** What all agents together append in a second, in so many steps: more than the bar, or it could never be kept. */
const EVENTS_A_SECOND = 24_000;
const STEP_MS = 100;
const EVENT = {
  event: 'session-blocked',
  protocol: 'http1',
  client: '10.0.0.1:40000',
  server: '10.0.0.2:80',
  sessionId: '1',
  netns: '/run/netns/bench',
  workloads: [{ name: 'shop', namespace: 'shop', pod: 'shop-1' }],
  groups: ['shop'],
  mode: 'protect',
};

interface Simulated {
  readonly spool: Spool;
  readonly connection: AgentConnection;
}

/** A real api over PostgreSQL with a thousand agents, which all send events; the load runs on the same processors. */
export async function benchAgents(seconds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const missing = postgresMissing();
  if (missing !== undefined) {
    say(`  agents are left out: ${missing}\n`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-agents-'));
  const postgres = await startPostgres();
  try {
    await postgres.createDatabase('agents');
    const policyFile = join(folder, 'policy.yaml');
    await writeFile(policyFile, '');
    const { host, port, user } = postgres;
    const store = { postgres: { host, port, user, database: 'agents' } };
    const plane = await TestControlPlane.open({ folder: join(folder, 'api'), policyFile, store });
    try {
      return await measure(plane, folder, seconds, say);
    } finally {
      await plane.close();
    }
  } finally {
    await postgres.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  plane: TestControlPlane,
  folder: string,
  seconds: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const idle = await residentMebibytes(plane.pid);
  const started = performance.now();
  const agents = await connectAll(plane, folder);
  const enrolled = (performance.now() - started) / 1_000;
  say(`  ${AGENTS} agents are connected after ${enrolled.toFixed(1)} s\n`);

  const memory: number[] = [];
  const begun = performance.now();
  let appended = 0;
  while (performance.now() - begun < seconds * 1_000) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * EVENTS_A_SECOND);
    for (; appended < due; appended += 1) append(agents, appended);
    memory.push(await residentMebibytes(plane.pid));
    await sleep(STEP_MS);
  }
  while (agents.some(({ spool }) => spool.waiting > 0)) await sleep(STEP_MS / 10);
  const took = (performance.now() - begun) / 1_000;
  const lost = agents.reduce((sum, { spool }) => sum + spool.lost, 0);
  await Promise.all(agents.map(({ connection }) => connection.close(0)));
  for (const { spool } of agents) spool.close();
  const detail = { agents: AGENTS, events: appended, seconds: took, lost, 'enrolling and connecting, s': enrolled };
  return [
    {
      name: 'agents: events stored and acknowledged',
      value: appended / took,
      unit: '/s',
      bar: BAR,
      detail,
    },
    {
      name: 'agents: memory of the api meanwhile',
      value: Math.max(...memory),
      unit: 'MiB',
      detail: { 'median, MiB': median(memory), 'idle before, MiB': idle },
    },
    { name: 'agents: memory of an idle api', value: idle, unit: 'MiB', bar: 200, atMost: true, detail: {} },
  ];
}

/** Every agent in turn: none is favoured, and each has a batch of its own. */
function append(agents: readonly Simulated[], index: number): void {
  const agent = agents[index % AGENTS];
  if (agent === undefined) return;
  agent.spool.append([JSON.stringify({ time: new Date().toISOString(), ...EVENT })]);
  agent.connection.notify();
}

async function connectAll(plane: TestControlPlane, folder: string): Promise<readonly Simulated[]> {
  const token = await plane.enrolmentToken(AGENTS);
  const agents: Simulated[] = [];
  let connected = 0;
  const all = Promise.withResolvers<void>();
  const indexes = Array.from({ length: AGENTS }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of indexes) {
      const node = `node-${index}`;
      const { requestPem, keyPem } = await createRequest(node);
      const address = plane.agentAddress;
      const { chainPem, trustPem } = await enrolAgent({ address, token, node, version: '1', requestPem });
      const spool = Spool.open({ folder: join(folder, 'spools', node), maxBytes: MIN_SPOOL_BYTES });
      const connection = connectAgent({
        address,
        credentials: { chainPem, keyPem, trustPem },
        node,
        version: '1',
        capabilities: [],
        spool,
        policyVersion: undefined,
        onSnapshot: ({ version }) => Promise.resolve({ version, accepted: true, problems: [], enforcement: [] }),
        onCommand: () => Promise.resolve({ outcome: 'unsupported', message: '' }),
        createRequest: () => createRequest(node),
        onCredentials: () => Promise.resolve(),
        onState: ({ state }) => {
          connected += state === 'connected' ? 1 : -1;
          if (connected === AGENTS) all.resolve();
        },
        onProblem: () => undefined,
      });
      agents.push({ spool, connection });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await all.promise;
  return agents;
}
