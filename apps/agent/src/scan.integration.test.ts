import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Containerd, missingForContainerd, startContainerd } from '@bulkhead/cri/test-support';
import { LineProcess, TestControlPlane } from '@bulkhead/lab';
import { describe, expect, it } from 'vitest';

const missing = missingForContainerd();
if (missing !== undefined) process.stderr.write(`skipped: scans by command: ${missing}\n`);

const WAIT = { timeout: 120_000, interval: 200 };
/** What is installed after the container was started, and a way out of it to the packages of the machine. */
const INSTALL = `
/bin/mkdir -p /etc /lib/apk/db /var/lib
echo 'ID=alpine' > /etc/os-release; echo 'VERSION_ID=3.20.0' >> /etc/os-release
echo 'P:musl' > /lib/apk/db/installed; echo 'V:1.2.5-r0' >> /lib/apk/db/installed
echo 'A:x86_64' >> /lib/apk/db/installed; echo '' >> /lib/apk/db/installed
/bin/busybox ln -s /var/lib/dpkg /var/lib/dpkg
/bin/busybox ln -s /proc/1/root/var/lib/dpkg /opt
`;

interface Written {
  readonly id: number;
  readonly namespace?: string;
  readonly document: Readonly<Record<string, unknown>>;
}

describe.skipIf(missing !== undefined)('a scan by command', () => {
  it('finds what is in a running container, and nothing of the node', { timeout: 300_000 }, () =>
    withAgent(async ({ containerd, plane }) => {
      const spec = { namespace: 'shop', name: 'web-0', labels: {}, containers: [{ name: 'web' }] };
      const pod = await containerd.startPod(spec);
      expect(await containerd.execute(pod, ['/bin/sh', '-c', INSTALL])).toMatchObject({ exitCode: 0 });
      const id = await workloadOf(plane, 'web');

      const answer = await plane.ask('POST', `/api/v1/workloads/${id}/actions`, { kind: 'scan' });
      const { outcome, scan } = answer.body as { readonly outcome: string; readonly scan: string };
      expect(outcome).toBe('done');
      await expect.poll(async () => (await plane.events('scan-written')).length, WAIT).toBe(1);
      const [written] = (await plane.events('scan-written')) as readonly Written[];
      expect(written).toMatchObject({ namespace: 'shop', document: { scan, packages: 1, gaps: 0 } });
      const sbom = (await plane.download(`/api/v1/events/${written?.id}/sbom`)).toString();
      expect(JSON.parse(sbom)).toMatchObject({ bomFormat: 'CycloneDX' });
      expect(sbom).toContain('pkg:apk/alpine/musl@1.2.5-r0');
      expect(sbom).not.toContain('pkg:deb');
    }),
  );

  it('is one at a time, and is told of as failed when its agent ends', { timeout: 300_000 }, () =>
    withAgent(async ({ containerd, plane, startAgent, agent }) => {
      await containerd.startPod({ namespace: 'shop', name: 'web-0', labels: {}, containers: [{ name: 'web' }] });
      const id = await workloadOf(plane, 'web');
      const { items } = (await plane.ask('GET', '/api/v1/agents')).body as { readonly items: { id: string }[] };
      const node = `/api/v1/agents/${items[0]?.id}/actions`;
      const of = (path: string): Promise<unknown> => plane.ask('POST', path, { kind: 'scan' }).then(({ body }) => body);

      // The whole of a machine takes longer than to ask for another.
      expect(await of(node)).toMatchObject({ outcome: 'done' });
      expect(await of(`/api/v1/workloads/${id}/actions`)).toMatchObject({
        outcome: 'failed',
        message: expect.stringContaining('another scan runs'),
      });
      const scanning = childrenOf(agent.pid);
      expect(scanning).toHaveLength(1);
      expect(readFileSync(`/proc/${scanning[0]}/oom_score_adj`, 'utf8')).toBe('1000\n');
      await agent.stop('SIGKILL');
      await expect.poll(() => scanning.filter(isAlive), WAIT).toEqual([]);

      await startAgent();
      await expect.poll(async () => (await plane.events('scan-failed')).length, WAIT).toBe(1);
      const [failed] = (await plane.events('scan-failed')) as readonly Written[];
      expect(failed?.document).toMatchObject({ problem: 'the agent ended before it was done' });
      await workloadOf(plane, 'web');
      const again = (): Promise<unknown> => of(`/api/v1/workloads/${id}/actions`).catch((error: unknown) => error);
      await expect.poll(again, WAIT).toMatchObject({ outcome: 'done' });
      await expect.poll(async () => (await plane.events('scan-written')).length, WAIT).toBe(1);
    }),
  );
});

interface Parts {
  readonly containerd: Containerd;
  readonly plane: TestControlPlane;
  readonly agent: LineProcess;
  readonly startAgent: () => Promise<LineProcess>;
}

async function withAgent(body: (parts: Parts) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-agent-scan-'));
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, '');
  const containerd = await startContainerd();
  const plane = await TestControlPlane.open({ folder: join(folder, 'api'), policyFile });
  const agents: LineProcess[] = [];
  try {
    await writeFile(join(folder, 'token'), await plane.enrolmentToken(), { mode: 0o600 });
    const controlPlane = { address: plane.agentAddress, tokenFile: 'token', node: 'node-1' };
    const config = {
      controlPlane,
      workloads: { cri: containerd.socket },
      metrics: { enabled: false },
      onStop: 'release',
    };
    await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
    const startAgent = async (): Promise<LineProcess> => {
      const main = join(import.meta.dirname, 'main.ts');
      const agent = new LineProcess('agent', undefined, process.execPath, [
        main,
        '--config',
        join(folder, 'agent.json'),
      ]);
      agents.push(agent);
      await agent.waitFor('policy', (line) => line.event === 'policy-loaded', { withinMs: 30_000 });
      return agent;
    };
    await body({ containerd, plane, startAgent, agent: await startAgent() });
  } finally {
    for (const agent of agents) await agent.stop();
    await plane.close();
    await containerd.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The id of a container once the control plane knows it. */
async function workloadOf(plane: TestControlPlane, name: string): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const { items } = (await plane.ask('GET', '/api/v1/workloads')).body as {
      readonly items: readonly { readonly id: string; readonly name: string }[];
    };
    return items.find((workload) => workload.name === name)?.id;
  };
  await expect.poll(find, WAIT).toBeDefined();
  return (await find()) ?? '';
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** A process that ended and that nobody has asked after is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
