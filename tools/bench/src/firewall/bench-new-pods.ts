import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_VERSION } from '@bulkhead/core';
import { CriClient } from '@bulkhead/cri';
import { type Containerd, startContainerd } from '@bulkhead/cri/test-support';
import { type Line, LineProcess } from '@bulkhead/lab';
import { type Measure, median } from '../measure.ts';

const AGENT = join(import.meta.dirname, '../../../../apps/agent/src/main.ts');
const ROUNDS = 10;
/** Longer than a pod takes to start on a busy machine. */
const LATE_MS = 30_000;

/** How long the program of a new pod runs before the pod is held to its rules, over a real containerd. Needs root. */
export async function benchNewPods(say: (text: string) => void): Promise<readonly Measure[]> {
  say(`firewall: ${ROUNDS} new pods, one after the other\n`);
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const containerd = await startContainerd();
  const client = new CriClient({ socket: containerd.socket });
  await writeFile(
    join(folder, 'policy.yaml'),
    documents()
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  );
  const config = {
    policy: ['policy.yaml'],
    workloads: { cri: containerd.socket },
    metrics: { enabled: false },
    onStop: 'release',
  };
  await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
  const agent = new LineProcess('agent', undefined, process.execPath, [AGENT, '--config', join(folder, 'agent.json')]);
  try {
    await agent.waitFor('its policy', (line) => line.event === 'policy-loaded', { withinMs: LATE_MS });
    const windows: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const windowMs = await windowOf(containerd, client, agent, `web-${round}`);
      // The first has the kernel asked what it offers.
      if (round > 0) windows.push(windowMs);
    }
    return [
      {
        name: 'firewall: the program of a new pod without its rules',
        value: median(windows),
        unit: 'ms',
        bar: 300,
        atMost: true,
        detail: {
          'longest, ms': Math.max(...windows),
          'held before it began': windows.filter((ms) => ms === 0).length,
          rounds: ROUNDS,
        },
      },
    ];
  } finally {
    await agent.stop();
    await client.close();
    await containerd.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** From when a pod's program began until the pod is held to its rules; 0 where it was held before. */
async function windowOf(containerd: Containerd, client: CriClient, agent: LineProcess, name: string): Promise<number> {
  const id = await containerd.startPod({
    namespace: 'shop',
    name,
    labels: { app: 'web' },
    // The process is there before, while the runtime makes the container: what counts is the program.
    containers: [{ name: 'web', command: ['/bin/sh', '-c', 'cat /proc/uptime >/begun; exec sleep 1000'] }],
  });
  const pod = (await client.listWorkloads()).find((workload) => workload.podId === id);
  if (pod === undefined) throw new Error(`${name} is not running`);
  const isHeld = (line: Line): boolean => line.event === 'workload-protected' && line.netns === pod.netns;
  const held = await agent.waitFor('a hold', isHeld, { withinMs: LATE_MS });
  let begun = Number.NaN;
  while (Number.isNaN(begun)) begun = await uptimeIn(`/proc/${pod.pid}/root/begun`);
  const begunAt = Date.now() - ((await uptimeIn('/proc/uptime')) - begun) * 1_000;
  await containerd.removePod(id);
  return Math.max(0, Math.round(Date.parse(String(held.time)) - begunAt));
}

/** Seconds since the machine began, to the hundredth, as a file has them; not a number while it has none. */
async function uptimeIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number.parseFloat(text);
}

function documents(): readonly object[] {
  const document = (kind: string, spec: object) => ({ apiVersion: API_VERSION, kind, metadata: { name: 'web' }, spec });
  const selector = { namespaces: ['shop'], labels: { matchLabels: { app: 'web' } } };
  return [
    document('WorkloadGroup', { selector, mode: 'protect' }),
    document('NetworkRuleSet', {
      groups: ['web'],
      ingress: [],
      egress: [],
      allowCuttingDns: true,
      allowCuttingProbes: true,
    }),
  ];
}
