import { readlinkSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CriClient } from './client.ts';
import { type Containerd, missingForContainerd, startContainerd } from './test-support/index.ts';
import { watchWorkloads } from './watch.ts';
import type { ContainerWorkload } from './workload.ts';

const missing = missingForContainerd();
if (missing !== undefined) process.stderr.write(`skipped: CRI against a real containerd: ${missing}\n`);

describe.skipIf(missing !== undefined)('CriClient on a real containerd', () => {
  let containerd: Containerd;
  let client: CriClient;

  beforeAll(async () => {
    containerd = await startContainerd();
    client = new CriClient({ socket: containerd.socket });
  });

  afterAll(async () => {
    await client?.close();
    await containerd?.stop();
  });

  it('names the runtime it talks to', async () => {
    expect(await client.version()).toMatchObject({ name: 'containerd' });
  });

  it('finds the containers of a pod with their process and their shared network namespace', async () => {
    const pod = await containerd.startPod({
      namespace: 'shop',
      name: 'checkout-0',
      labels: { app: 'checkout' },
      containers: [{ name: 'web' }, { name: 'sidecar' }],
    });

    const found = (await client.listWorkloads()).filter((workload) => workload.podId === pod);

    expect(found.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual(['container sidecar', 'container web']);
    for (const workload of found) {
      expect(workload).toMatchObject({ namespace: 'shop', pod: 'checkout-0', hostNetwork: false });
      expect(workload.labels).toMatchObject({ app: 'checkout' });
      expect(readlinkSync(`/proc/${workload.pid}/exe`)).toMatch(/busybox$/);
      expect(statSync(workload.netns).ino).toBe(statSync(`/proc/${workload.pid}/ns/net`).ino);
      expect(statSync(workload.netns).ino).not.toBe(statSync(`/run/netns/${containerd.node}`).ino);
    }
    await containerd.removePod(pod);
  });

  it('finds a pod of which no container runs', async () => {
    const spec = { namespace: 'shop', name: 'early-0', labels: { app: 'early' }, containers: [] };
    const pod = await containerd.startPod(spec);
    const ofPod = async () => (await client.listWorkloads()).filter((workload) => workload.podId === pod);

    const [found, ...others] = await ofPod();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: 'pod', id: pod, name: 'early-0', namespace: 'shop', hostNetwork: false });
    expect(found?.labels).toMatchObject({ app: 'early' });
    expect(statSync(found?.netns ?? '').ino).toBe(statSync(`/proc/${found?.pid}/ns/net`).ino);

    await containerd.removePod(pod);
    expect(await ofPod()).toEqual([]);
  });

  it('tells of containers that start and end', async () => {
    const over = new AbortController();
    const told: true[] = [];
    let wake = (): void => undefined;
    const stream = client.events(() => {
      told.push(true);
      wake();
    }, over.signal);
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
    };

    const spec = { namespace: 'shop', name: 'told-0', labels: {}, containers: [{ name: 'told' }] };
    const pod = await containerd.startPod(spec);
    // The pod's own process, and the container's.
    await until(() => told.length >= 2);
    const started = told.length;
    await containerd.removePod(pod);
    await until(() => told.length >= started + 2);

    over.abort();
    await expect(stream).resolves.toBeUndefined();
  });

  it('reports a pod that comes and a pod that goes', async () => {
    const over = new AbortController();
    const reports: (readonly ContainerWorkload[])[] = [];
    let wake = (): void => undefined;
    const watched = watchWorkloads(client, {
      signal: over.signal,
      intervalMs: 100,
      onWorkloads: (workloads) => {
        reports.push(workloads);
        wake();
      },
      onError: (error) => expect.unreachable(String(error)),
    });
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
    };
    const isListed = (): boolean => reports.at(-1)?.some((workload) => workload.pod === 'ledger-0') ?? false;

    const spec = { namespace: 'payments', name: 'ledger-0', labels: {}, containers: [{ name: 'ledger' }] };
    const pod = await containerd.startPod(spec);
    await until(isListed);
    await containerd.removePod(pod);
    await until(() => !isListed());

    over.abort();
    await watched;
  });
});

it('says that nothing answers at a socket that is not there', async () => {
  const client = new CriClient({ socket: '/nonexistent/runtime.sock', deadlineMs: 2_000 });

  await expect(client.listWorkloads()).rejects.toMatchObject({ code: 'RUNTIME_UNREACHABLE' });

  await client.close();
});
