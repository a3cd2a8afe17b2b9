import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { startTcpProxy, type TcpProxy } from '../test-support/tcp-proxy.ts';
import { runElection } from './elect.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`elections are not tested with an API server: ${missing}\n`);

describe.skipIf(missing !== undefined)('runElection on a real API server', () => {
  let api: KubeApi;
  let proxy: TcpProxy;
  let far: PodOfTest;
  let near: PodOfTest;
  let leaders: Set<string>;
  let most: number;
  let runs = 0;

  beforeAll(async () => {
    api = await startKubeApi();
    proxy = await startTcpProxy(Number(new URL(api.server).port));
    far = podOf(api, String(proxy.port));
    near = podOf(api);
  }, 180_000);
  afterAll(async () => {
    far?.remove();
    near?.remove();
    await proxy?.close();
    await api?.remove();
  });

  it('has one leader among many, who gives back at its end, and the next one leads at once', async () => {
    begin();
    const ends = ['a', 'b', 'c', 'd'].map((name) => start(near, name));
    await expect.poll(() => leaders.size).toBe(1);
    const [first = ''] = leaders;
    await ends.find(({ name }) => name === first)?.stop();
    // Sooner than anybody could have waited for the duration.
    await expect.poll(() => [...leaders].some((name) => name !== first), { timeout: 2_500 }).toBe(true);

    await Promise.all(ends.map(({ stop }) => stop()));
    expect(most).toBe(1);
    const { body } = await api.ask('GET', `/apis/coordination.k8s.io/v1/namespaces/default/leases/run${runs}`);
    expect(body).toMatchObject({ spec: { holderIdentity: '' } });
  });

  it('takes the place of a leader that is cut off, who stepped down before', async () => {
    begin();
    const cut = start(far, 'cut');
    await expect.poll(() => [...leaders]).toEqual(['cut']);
    const other = start(near, 'other');
    proxy.refuse(true);
    proxy.cut();

    await expect.poll(() => [...leaders], { timeout: 20_000 }).toEqual(['other']);
    expect(most).toBe(1);
    proxy.refuse(false);
    await Promise.all([cut.stop(), other.stop()]);
  });

  it('believes no time that another wrote, neither of the past nor of the future', async () => {
    begin();
    const path = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const renewTime = '2001-01-01T00:00:00.000000Z';
    const spec = { holderIdentity: 'late', leaseDurationSeconds: 3, renewTime, acquireTime: renewTime };
    await api.ask('POST', path, { metadata: { name: `run${runs}` }, spec });
    const one = start(near, 'one');
    // It renews, by a clock that is decades behind: nobody takes its place.
    for (let index = 0; index < 8; index += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 500);
      });
      await api.ask('PATCH', `${path}/run${runs}`, { metadata: { labels: { renewal: String(index) } } });
    }
    expect([...leaders]).toEqual([]);

    await api.ask('PATCH', `${path}/run${runs}`, { spec: { renewTime: '2100-01-01T00:00:00.000000Z' } });
    await expect.poll(() => [...leaders], { timeout: 10_000 }).toEqual(['one']);
    await one.stop();
  });

  it('ends the leadership of who throws, and of whose lease was taken', async () => {
    begin();
    const errors: unknown[] = [];
    const end = new AbortController();
    let times = 0;
    const running = runElection(near.client, {
      lease: { name: `run${runs}` },
      identity: 'x',
      signal: end.signal,
      ...FAST,
      lead: async (leading) => {
        times += 1;
        if (times === 1) throw new Error('broke');
        await aborted(leading);
      },
      onError: (error) => errors.push(error),
    });
    await expect.poll(() => times).toBe(2);
    expect(errors).toEqual([new Error('broke')]);
    const path = `/apis/coordination.k8s.io/v1/namespaces/default/leases/run${runs}`;
    await api.ask('PATCH', path, { spec: { holderIdentity: 'thief', leaseDurationSeconds: 1 } });
    await expect.poll(() => times, { timeout: 10_000 }).toBe(3);
    end.abort();
    await running;
  });

  it('refuses times that would allow two leaders', async () => {
    const wrong = { durationMs: 10, renewDeadlineMs: 10, retryMs: 1, identity: 'x', lease: { name: 'x' } };
    const lead = (): Promise<void> => Promise.resolve();
    await expect(runElection(near.client, { ...wrong, lead, signal: AbortSignal.abort() })).rejects.toThrow(RangeError);
  });

  const FAST = { durationMs: 3_000, renewDeadlineMs: 1_500, retryMs: 200 };

  function begin(): void {
    leaders = new Set();
    most = 0;
    runs += 1;
  }

  function start(pod: PodOfTest, name: string): { readonly name: string; readonly stop: () => Promise<void> } {
    const end = new AbortController();
    const done = runElection(pod.client, {
      lease: { name: `run${runs}` },
      identity: name,
      signal: end.signal,
      ...FAST,
      lead: async (leading) => {
        leaders.add(name);
        most = Math.max(most, leaders.size);
        await aborted(leading);
        leaders.delete(name);
      },
    });
    return {
      name,
      stop: () => {
        end.abort();
        return done;
      },
    };
  }
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
