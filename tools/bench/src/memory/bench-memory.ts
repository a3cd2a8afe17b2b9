import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileSensors, DEFAULT_SENSORS } from '@bulkhead/dlp';
import { createNetwork, LineProcess, run } from '@bulkhead/lab';
import { writeManySessions } from '../capture/many-sessions.ts';
import { writeSynFlood } from '../capture/syn-flood.ts';
import type { Measure } from '../measure.ts';
import { idleWorker } from './idle-worker.ts';

const SESSIONS = 100_000;
const HALF_OPEN = 1_000_000;
const MOST_WITH_SESSIONS_MB = 200;
const MOST_IDLE_MB = 120;
/** Long enough for what start-up left over to be given back. */
const SETTLE_MS = 5_000;

const AGENT = join(import.meta.dirname, '../../../../apps/agent/src/main.ts');

export async function benchMemory(): Promise<readonly Measure[]> {
  return [await manySessions(), await synFlood(), await idleAgent(), await idleWorker()];
}

/** What a process held at most while a flood of handshakes went by; a card in a session among them must be found. */
async function synFlood(): Promise<Measure> {
  const { findings, atStart, peak } = await inspectOnce((capture) => writeSynFlood(capture, HALF_OPEN));
  if (findings !== 1) throw new Error(`the flood hid the card of the real session: ${findings} findings instead of 1`);
  const detail = { 'MB before': atStart / 1e6, findings };
  return {
    name: '1,000,000 half-open sessions',
    value: peak / 1e6,
    unit: 'MB',
    bar: MOST_WITH_SESSIONS_MB,
    atMost: true,
    detail,
  };
}

/** The most a whole process, Node included, held while that many sessions were open at once. */
async function manySessions(): Promise<Measure> {
  const { sessions, atStart, peak } = await inspectOnce((capture) => writeManySessions(capture, SESSIONS));
  if (sessions !== SESSIONS) throw new Error(`${sessions} sessions were seen instead of ${SESSIONS}`);
  const detail = { 'MB before': atStart / 1e6, 'bytes per session': (peak - atStart) / sessions };
  return {
    name: '100,000 open sessions',
    value: peak / 1e6,
    unit: 'MB',
    bar: MOST_WITH_SESSIONS_MB,
    atMost: true,
    detail,
  };
}

interface Inspected {
  readonly sessions: number;
  readonly findings: number;
  readonly atStart: number;
  readonly peak: number;
}

/** Inspects a capture in a process of its own. */
async function inspectOnce(write: (capture: string) => void): Promise<Inspected> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  try {
    const capture = join(folder, 'sessions.pcap');
    write(capture);
    const script = join(import.meta.dirname, 'inspect-once.ts');
    const sensors = JSON.stringify(compileSensors(DEFAULT_SENSORS));
    // The first run fills Node's compile cache, which the launcher points to; what counts is a process that has it.
    await run(process.execPath, [script, capture, sensors]);
    return JSON.parse(await run(process.execPath, [script, capture, sensors])) as Inspected;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function idleAgent(): Promise<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const network = await createNetwork('bhm', 'bridged', ['idle']);
  let agent: LineProcess | undefined;
  try {
    const group = {
      apiVersion: 'bulkhead.io/v1alpha1',
      kind: 'WorkloadGroup',
      metadata: { name: 'idle' },
      spec: { selector: { netns: [network.host('idle').netns] }, mode: 'protect', sensors: ['payment-cards'] },
    };
    await writeFile(join(folder, 'policy.json'), JSON.stringify(group));
    const config = { policy: ['policy.json'], workloads: { netns: true }, metrics: { port: 0 } };
    await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
    await run(process.execPath, [AGENT, '--help']);
    agent = new LineProcess('agent', undefined, process.execPath, [AGENT, '--config', join(folder, 'agent.json')]);
    await agent.waitFor('protection', (line) => line.event === 'workload-protected', { withinMs: 20_000 });
    await sleep(SETTLE_MS);
    const status = await readFile(`/proc/${agent.pid}/status`, 'utf8');
    const megabytes = (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6;
    const detail = { threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]) };
    return { name: 'idle agent', value: megabytes, unit: 'MB', bar: MOST_IDLE_MB, atMost: true, detail };
  } finally {
    await agent?.stop();
    await network.remove();
    await rm(folder, { recursive: true, force: true });
  }
}
