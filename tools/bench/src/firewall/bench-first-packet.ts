import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_VERSION } from '@bulkhead/core';
import { LineProcess, run } from '@bulkhead/lab';
import { runText } from '@bulkhead/nftables';
import { type Measure, median } from '../measure.ts';

const AGENT = join(import.meta.dirname, '../../../../apps/agent/src/main.ts');
const ROUNDS = 10;

/** How long a network namespace that a policy selects is there before it is held to its rules. Needs root. */
export async function benchFirstPacket(say: (text: string) => void): Promise<readonly Measure[]> {
  say(`firewall: ${ROUNDS} new namespaces, one after the other\n`);
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const prefix = `bhw-${process.pid}`;
  await writeFile(
    join(folder, 'policy.yaml'),
    documents(`${prefix}-*`)
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  );
  const config = { policy: ['policy.yaml'], workloads: { netns: true }, metrics: { enabled: false } };
  await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
  const agent = new LineProcess('agent', undefined, process.execPath, [AGENT, '--config', join(folder, 'agent.json')]);
  const made: string[] = [];
  try {
    await agent.waitFor('its policy', (line) => line.event === 'policy-loaded', { withinMs: 30_000 });
    const [windows, whole]: [number[], number[]] = [[], []];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const name = `${prefix}-${round}`;
      made.push(name);
      const start = Date.now();
      await run('ip', ['netns', 'add', name]);
      const judgedMs = await untilJudged(`/run/netns/${name}`, start);
      const isHeld = (line: Readonly<Record<string, unknown>>): boolean =>
        line.event === 'workload-protected' && line.netns === `/run/netns/${name}`;
      const held = await agent.waitFor('a hold', isHeld, { withinMs: 30_000 });
      // The first has the kernel asked what it offers.
      if (round === 0) continue;
      windows.push(judgedMs);
      whole.push(Date.parse(String(held.time)) - start);
    }
    return [
      {
        name: 'firewall: a new namespace without its rules',
        value: median(windows),
        unit: 'ms',
        bar: 300,
        atMost: true,
        detail: { 'longest, ms': Math.max(...windows), 'with inspection, ms': median(whole), rounds: ROUNDS },
      },
    ];
  } finally {
    await agent.stop();
    for (const name of made) await run('ip', ['netns', 'del', name]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

/** From a time until the kernel has the firewall's chains there. */
async function untilJudged(path: string, start: number): Promise<number> {
  while (!(await runText(path, ['list chains inet'])).includes('chain firewall-input')) {
    if (Date.now() - start > 30_000) throw new Error(`${path} has no rules`);
  }
  return Date.now() - start;
}

function documents(netns: string): readonly object[] {
  const document = (kind: string, spec: object) => ({ apiVersion: API_VERSION, kind, metadata: { name: 'new' }, spec });
  return [
    document('WorkloadGroup', { selector: { netns: [netns] }, mode: 'protect' }),
    document('NetworkRuleSet', { groups: ['new'], ingress: [], egress: [], allowCuttingDns: true }),
  ];
}
