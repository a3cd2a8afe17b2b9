import { type KubeApi, kubeApiMissing, startKubeApi } from '@bulkhead/lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RESOURCES } from '../client/resource.ts';
import { type PodOfTest, podOf } from '../test-support/cluster.ts';
import { startTcpProxy, type TcpProxy } from '../test-support/tcp-proxy.ts';
import { Backoff } from './backoff.ts';
import { type ObjectEvent, type ObjectWatch, type WatchOptions, watchObjects } from './watch-objects.ts';

const missing = kubeApiMissing();
if (missing !== undefined) process.stderr.write(`watches are not tested with an API server: ${missing}\n`);
const MAPS = '/api/v1/namespaces/default/configmaps';

interface Kept {
  readonly name: string;
  readonly text: string;
}

describe.skipIf(missing !== undefined)('watchObjects on a real API server', () => {
  let api: KubeApi;
  let proxy: TcpProxy;
  let pod: PodOfTest;
  let end: AbortController;
  let events: ObjectEvent<Kept>[];
  let run = 0;

  beforeAll(async () => {
    api = await startKubeApi();
  }, 180_000);
  afterAll(async () => {
    await api?.remove();
  });
  beforeEach(async () => {
    proxy = await startTcpProxy(Number(new URL(api.server).port));
    pod = podOf(api, String(proxy.port));
    end = new AbortController();
    events = [];
    run += 1;
  });
  afterEach(async () => {
    end.abort();
    await proxy.close();
    pod.remove();
  });

  it('holds everything once it is synced, over several pages, and follows what is made, changed and removed', async () => {
    await Promise.all(Array.from({ length: 7 }, (_, index) => write(`m${index}`, 'first')));
    const watch = start({ pageSize: 3 });

    expect(watch.isSynced).toBe(false);
    expect(await watch.synced).toBe(true);
    expect(watch.objects.size).toBe(7);

    await write('new', 'x');
    await change('m0', 'second');
    await api.ask('DELETE', `${MAPS}/${name('m1')}`);
    await expect
      .poll(() => textOf(watch))
      .toEqual(['m0=second', 'm2=first', 'm3=first', 'm4=first', 'm5=first', 'm6=first', 'new=x']);
    expect(events.find((event) => event.type === 'deleted')).toMatchObject({ before: { text: 'first' } });
    expect(events.findLast((event) => event.type === 'written')).toMatchObject({
      before: { text: 'first' },
      object: { text: 'second' },
    });
  });

  it('goes on where it was when the connection is cut, and tells nothing twice', async () => {
    await write('a', '1');
    const watch = start();
    await watch.synced;

    proxy.refuse(true);
    proxy.cut();
    await change('a', '2');
    await write('b', '1');
    await expect.poll(() => events.filter(({ type }) => type === 'error').length).toBeGreaterThan(1);
    expect(textOf(watch)).toEqual(['a=1']);
    proxy.refuse(false);

    await expect.poll(() => textOf(watch), { timeout: 10_000 }).toEqual(['a=2', 'b=1']);
    expect(events.filter(({ type }) => type === 'synced')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'written')).toHaveLength(3);
  });

  it('takes half an event for none when the connection is cut within it', async () => {
    const watch = start();
    await watch.synced;
    await write('small', 'x');
    await expect.poll(() => textOf(watch)).toEqual(['small=x']);

    const large = 'y'.repeat(300_000);
    proxy.cutAfter(100_000);
    await write('large', large);

    await expect.poll(() => events.some(({ type }) => type === 'error')).toBe(true);
    await expect.poll(() => textOf(watch), { timeout: 10_000 }).toEqual([`large=${large}`, 'small=x']);
    expect(events.filter(({ type }) => type === 'synced')).toHaveLength(1);
  });

  it('lists anew when its version is no longer kept, and tells what went and came meanwhile', async () => {
    await Promise.all(['a', 'b'].map((one) => write(one, '1')));
    const watch = start();
    await watch.synced;

    proxy.refuse(true);
    proxy.cut();
    await api.ask('DELETE', `${MAPS}/${name('a')}`);
    await change('b', '2');
    await write('c', '1');
    await forget();
    proxy.refuse(false);

    await expect.poll(() => textOf(watch), { timeout: 20_000 }).toEqual(['b=2', 'c=1']);
    expect(events.some((event) => event.type === 'error' && event.error.code === 'EXPIRED')).toBe(true);
    expect(events.filter(({ type }) => type === 'synced')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'deleted')).toMatchObject([{ before: { name: 'a' } }]);
  });

  it('begins a list anew whose snapshot is gone between two pages', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, index) => write(`m${index}`, 'x')));
    const listPage = pod.client.listPage.bind(pod.client);
    let pages = 0;
    pod.client.listPage = async (...asked) => {
      pages += 1;
      if (pages === 2) {
        await write('late', 'x');
        await api.compact();
      }
      return listPage(...asked);
    };
    const watch = start({ pageSize: 2 });

    await watch.synced;
    expect(watch.objects.size).toBe(6);
    expect(pages).toBe(3);
  });

  it('outlives the API server and finds what changed when it is back', async () => {
    await write('a', '1');
    const watch = start();
    await watch.synced;

    await api.stop();
    await expect
      .poll(() => events.filter(({ type }) => type === 'error').length, { timeout: 20_000 })
      .toBeGreaterThan(1);
    expect(textOf(watch)).toEqual(['a=1']);
    await api.start();
    await change('a', '2');

    await expect.poll(() => textOf(watch), { timeout: 30_000 }).toEqual(['a=2']);
  });

  it('opens the next watch when the server ends one, without listing', async () => {
    const watch = start({ watchSeconds: 1 });
    await watch.synced;
    for (let index = 0; index < 5; index += 1) {
      await write(`m${index}`, 'x');
      await new Promise((resolve) => {
        setTimeout(resolve, 700);
      });
    }

    await expect.poll(() => watch.objects.size).toBe(5);
    expect(events.filter(({ type }) => type === 'synced')).toHaveLength(1);
  });

  it('says that there are more objects than it may hold, and holds on to those it has', async () => {
    await Promise.all(['a', 'b'].map((one) => write(one, '1')));
    const watch = start({ maxObjects: 2 });
    await watch.synced;
    await write('c', '1');

    await expect
      .poll(() => events.findLast(({ type }) => type === 'error'))
      .toMatchObject({ error: { code: 'TOO_LARGE' } });
    expect(textOf(watch)).toEqual(['a=1', 'b=1']);
    await api.ask('DELETE', `${MAPS}/${name('a')}`);
    await expect.poll(() => textOf(watch), { timeout: 10_000 }).toEqual(['b=1', 'c=1']);
  });

  it('ends when it is told to, synced or not', async () => {
    proxy.refuse(true);
    const watch = start();
    await expect.poll(() => events.some(({ type }) => type === 'error')).toBe(true);
    end.abort();

    expect(await watch.synced).toBe(false);
    await watch.done;
  });

  it('follows metadata alone, and names the kind as it is', async () => {
    await write('a', 'long');
    const kinds: unknown[] = [];
    const watch = watchObjects(pod.client, RESOURCES.configMaps, {
      namespace: 'default',
      labelSelector: `run=r${run}`,
      metadataOnly: true,
      signal: end.signal,
      keep: (object) => {
        kinds.push(object.kind);
        return object['data'];
      },
    });
    await watch.synced;
    await write('b', 'long');

    await expect.poll(() => watch.objects.size).toBe(2);
    expect([...watch.objects.values()]).toEqual([undefined, undefined]);
    expect(kinds).toEqual(['ConfigMap', 'ConfigMap']);
  });

  function start(options: Partial<WatchOptions<Kept>> = {}): ObjectWatch<Kept> {
    return watchObjects(pod.client, RESOURCES.configMaps, {
      namespace: 'default',
      labelSelector: `run=r${run}`,
      signal: end.signal,
      backoff: new Backoff({ baseMs: 50, maxMs: 500 }),
      keep: ({ metadata, ...rest }) => ({
        name: metadata.name.replace(/-r\d+$/, ''),
        text: (rest['data'] as { readonly text: string }).text,
      }),
      onEvent: (event) => events.push(event),
      ...options,
    });
  }

  function name(short: string): string {
    return `${short}-r${run}`;
  }

  async function write(short: string, text: string): Promise<void> {
    const { status } = await api.ask('POST', MAPS, {
      metadata: { name: name(short), labels: { run: `r${run}` } },
      data: { text },
    });
    expect(status).toBe(201);
  }

  async function change(short: string, text: string): Promise<void> {
    expect((await api.ask('PATCH', `${MAPS}/${name(short)}`, { data: { text } })).status).toBe(200);
  }

  /** The API server itself remembers the last events: only one that was started after the compaction has forgotten them. */
  async function forget(): Promise<void> {
    await api.compact();
    await api.stop();
    await api.start();
  }
});

function textOf(watch: ObjectWatch<Kept>): string[] {
  return [...watch.objects.values()].map(({ name, text }) => `${name}=${text}`).toSorted();
}
