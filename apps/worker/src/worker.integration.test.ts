import { createHash, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { MAX_FINDINGS } from '@bulkhead/advisory-db';
import { createSigstore, type PushedLayer, tarOf } from '@bulkhead/lab';
import { ADVISORY_UPDATE, RESCAN, SCAN_IMAGE, SCAN_REGISTRY } from '@bulkhead/queue';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { afterEach, describe, expect, it } from 'vitest';
import { Stand, standMissing } from './test-support/stand.ts';

const missing = standMissing();
if (missing !== undefined) process.stderr.write(`the worker is not tested: ${missing}\n`);

/** A thousand where somebody asks for them; the configuration takes no other variable that begins with BULKHEAD_. */
const IMAGES = Number(process.env['WORKER_TEST_IMAGES'] ?? 60);

describe.skipIf(missing !== undefined)('the worker', () => {
  let stand: Stand | undefined;
  afterEach(async () => {
    await stand?.close();
    stand = undefined;
  });

  it('crawls a registry, scans each image once, and after an advisory reports only what it changed', async () => {
    stand = await Stand.open();
    const { store } = stand;
    const web = await stand.push('shop/web', '1', ['openssl 3.0.1-1', 'nginx 0.9-1']);
    const api = await stand.push('shop/api', '1', ['openssl 3.0.9-1']);
    await stand.push('shop/docs', '1', ['zlib 1.2-1']);
    const producer = await stand.producer();
    const worker = await stand.startWorker();

    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    expect(
      await worker.waitFor('crawl', (line) => line['event'] === 'registry-crawled', { withinMs: 60_000 }),
    ).toMatchObject({
      repositories: 3,
      images: 3,
      requested: 3,
      problems: [],
    });
    await until(async () => (await store.registries.status('hub'))?.images.complete === 3);
    expect((await store.scans.scan(web))?.findings.map(({ id }) => id)).toEqual(['DSA-1']);

    // The first update follows nobody's: every image is judged, and nothing changed.
    await producer.enqueue(ADVISORY_UPDATE, {});
    const first = await worker.waitFor('judgement', (line) => line['event'] === 'images-rejudged', {
      withinMs: 60_000,
    });
    expect(first).toMatchObject({ candidates: 3, newlyAffected: [], noLongerAffected: [] });

    stand.publish('DSA-2', 'openssl', '3.0.5-1');
    stand.publish('DSA-1', 'nginx', '0.5-1');
    const from = worker.lines.length;
    await producer.enqueue(ADVISORY_UPDATE, {});
    const second = await worker.waitFor('judgement', (line) => line['event'] === 'images-rejudged', {
      from,
      withinMs: 60_000,
    });

    expect(second).toMatchObject({
      summary: '1 image newly affected, 1 no longer',
      candidates: 2,
      newlyAffected: [{ digest: web, appeared: [{ vulnerability: 'DSA-2', packages: ['openssl 3.0.1-1'] }] }],
      noLongerAffected: [{ digest: web, disappeared: [{ vulnerability: 'DSA-1' }] }],
    });
    expect((await store.scans.scan(api))?.findings).toEqual([]);

    // A second crawl pulls nothing.
    const again = worker.lines.length;
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    expect(
      await worker.waitFor('crawl', (line) => line['event'] === 'registry-crawled', { from: again, withinMs: 60_000 }),
    ).toMatchObject({ requested: 0, alreadyScanned: 3 });
    await producer.close();
    expect(await worker.stop()).toBe(0);
  });

  it('judges all others again where one image cannot be judged', async () => {
    stand = await Stand.open();
    const { store } = stand;
    const half = Math.floor(MAX_FINDINGS / 2) + 1;
    const damaged = await stand.push('shop/a', '1', ['nginx 0.9-1']);
    const many = await stand.push('shop/b', '1', [], manyOfNginx(half));
    const fine = await stand.push('shop/c', '1', ['nginx 0.9-2']);
    const producer = await stand.producer();
    const worker = await stand.startWorker();
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    await until(async () => (await store.registries.status('hub'))?.images.complete === 3);
    const file = new DatabaseSync(join(stand.folder, 'store.db'));
    const whose = 'image_id = (select id from image where digest = ?)';
    file.prepare(`update scan set inventory = x'09' where ${whose}`).run(damaged);
    file.close();

    stand.publish('DSA-2', 'nginx', '1.0');
    await producer.enqueue(ADVISORY_UPDATE, {});
    expect(
      await worker.waitFor('judgement', (line) => line['event'] === 'images-rejudged', { withinMs: 60_000 }),
    ).toMatchObject({ candidates: 3, newlyAffected: [{ digest: fine }] });
    const unjudged = worker.lines.filter((line) => line['event'] === 'image-not-judged');
    expect(unjudged).toHaveLength(2);
    expect(unjudged).toContainEqual(expect.objectContaining({ digest: damaged, code: 'STORE_CORRUPT' }));
    expect(unjudged).toContainEqual(expect.objectContaining({ digest: many, code: 'TOO_MANY_FINDINGS' }));
    expect((await store.scans.scan(many))?.findings).toHaveLength(half);
    expect(await producer.deadLetters(RESCAN)).toEqual([]);

    await stand.push('shop/d', '1', [], manyOfNginx(half + 1));
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    await until(async () => (await store.registries.status('hub'))?.images.failed === 1);
    // The queue puts a job aside only after the worker has written down what became of it.
    await until(async () => (await producer.deadLetters(SCAN_IMAGE)).length > 0);
    expect((await producer.deadLetters(SCAN_IMAGE)).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('TOO_MANY_FINDINGS'),
    ]);
    await producer.close();
  });

  it('makes the advisory database where there is none yet, and judges by it', async () => {
    stand = await Stand.open();
    const { store, feed, folder } = stand;
    const web = await stand.push('shop/web', '1', ['nginx 0.9-1']);
    const producer = await stand.producer();
    const advisories = { database: join(folder, 'volume/advisories.db'), from: [feed], everyMinutes: 0 };

    const worker = await stand.startWorker({ advisories });
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });

    await until(async () => (await store.registries.status('hub'))?.images.complete === 1);
    expect((await store.scans.scan(web))?.findings.map(({ id }) => id)).toEqual(['DSA-1']);
    expect(worker.lines.filter((line) => line['event'] === 'advisories-built')).toMatchObject([{ advisories: 1 }]);
    expect(await worker.stop()).toBe(0);

    // What is there is what updates change, and is not made again.
    const again = await stand.startWorker({ advisories });
    await again.waitFor('start', (line) => line['event'] === 'worker-started');
    expect(again.lines.filter((line) => line['event'] === 'advisories-built')).toEqual([]);
    await producer.close();
  });

  it('holds the signatures of images against what policies name, as soon as they name it', async () => {
    stand = await Stand.open();
    const { store, registry } = stand;
    const sigstore = await createSigstore();
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const web = await stand.push('shop/web', '1', ['zlib 1.2-1']);
    const api = await stand.push('shop/api', '1', ['zlib 1.2-2']);
    await registry.sign('shop/web', web, privateKey);
    await registry.sign('shop/api', api, (payload) => sigstore.signSimple(payload));
    const producer = await stand.producer();
    const worker = await stand.startWorker();
    const crawled = (signed: number) =>
      worker.waitFor('crawl', (line) => line['event'] === 'registry-crawled' && line['signed'] === signed, {
        withinMs: 60_000,
      });
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    await crawled(0);

    await store.signatureTrust.set({
      keys: [publicKey.export({ type: 'spki', format: 'pem' })],
      trustRoots: [sigstore.document],
    });
    // Nobody asks for a crawl.
    await crawled(2);
    const { changes } = await store.imageFeed.after(undefined, 10);
    const known = new Map(changes.map(({ digest, image }) => [digest, image?.signatures]));
    expect(known.get(web)).toMatchObject({ verified: [expect.any(String)], signers: [] });
    expect(known.get(api)).toMatchObject({
      verified: [],
      signers: [{ issuer: 'https://issuer.example.com', subject: 'builder@example.com' }],
    });
    await producer.close();
  });

  it('holds the signatures of images against the keys of their registry at each crawl', async () => {
    stand = await Stand.open();
    const { store, registry } = stand;
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = publicKey.export({ type: 'spki', format: 'pem' });
    await store.registries.remove('hub');
    await store.registries.add(
      WatchedRegistry.parse({ name: 'hub', host: registry.host, insecure: true, keys: [key] }),
    );
    const web = await stand.push('shop/web', '1', ['zlib 1.2-1']);
    const producer = await stand.producer();
    const worker = await stand.startWorker();
    const crawl = async (): Promise<Readonly<Record<string, unknown>>> => {
      const from = worker.lines.length;
      await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
      return worker.waitFor('crawl', (line) => line['event'] === 'registry-crawled', { from, withinMs: 60_000 });
    };
    const signatures = async () => {
      const { changes } = await store.imageFeed.after(undefined, 10);
      return changes.find(({ digest }) => digest === web)?.image?.signatures;
    };

    expect(await crawl()).toMatchObject({ signed: 0, problems: [] });
    expect(await signatures()).toEqual({ keys: [expect.any(String)], verified: [], roots: [], signers: [] });

    await registry.sign('shop/web', web, generateKeyPairSync('ed25519').privateKey);
    expect(await crawl()).toMatchObject({ signed: 0, problems: [] });

    await registry.sign('shop/web', web, privateKey);
    expect(await crawl()).toMatchObject({ signed: 1, problems: [] });
    const found = await signatures();
    expect(found?.verified).toEqual(found?.keys);
    await producer.close();
  });

  it('keeps of which layers an image is, by which others are known to be built on it', async () => {
    stand = await Stand.open();
    const { store, registry } = stand;
    const [base, app] = [layerOf('base'), layerOf('app')];
    const digests = [
      await registry.pushLayers('base', '1', [base]),
      await registry.pushLayers('app', '1', [base, app]),
    ];
    const producer = await stand.producer();
    await stand.startWorker();

    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });

    await until(async () => (await store.registries.status('hub'))?.images.complete === 2);
    const { changes } = await store.imageFeed.after(undefined, 10);
    const [below = [], above = []] = digests.map((one) => changes.find(({ digest }) => digest === one)?.image?.chain);
    expect(above).toHaveLength(2);
    expect(above.slice(0, 1)).toEqual(below);
    await producer.close();
  });

  it('scans an image that somebody asked about, and nothing else of its registry', async () => {
    stand = await Stand.open();
    const { store } = stand;
    const web = await stand.push('shop/web', '1', ['nginx 0.9-1']);
    const api = await stand.push('shop/api', '1', ['zlib 1.2-2']);
    await stand.push('shop/docs', '1', ['zlib 1.2-2']);
    await store.wantedImages.want([
      { registry: 'hub', repository: 'shop/web', reference: '1' },
      { registry: 'hub', repository: 'shop/api', reference: api },
      { registry: 'hub', repository: 'shop/web', reference: 'gone' },
      { registry: 'hub', repository: '../x', reference: '1' },
      { registry: 'removed', repository: 'shop/web', reference: '1' },
    ]);

    const worker = await stand.startWorker();

    await until(async () => (await store.scans.scan(web)) !== undefined && (await store.scans.scan(api)) !== undefined);
    await until(async () => (await store.wantedImages.wanted(10)).length === 0);
    expect(await store.registries.status('hub')).toMatchObject({ tags: 1, images: { complete: 1, pending: 0 } });
    const { changes } = await store.imageFeed.after(undefined, 10);
    expect(changes.find(({ digest }) => digest === web)?.image?.names).toEqual([`${stand.registry.host}/shop/web:1`]);
    expect(changes).toHaveLength(2);
    expect(await worker.stop()).toBe(0);
  });

  it('keeps for a person what cannot be scanned, with the reason, and scans the rest', async () => {
    stand = await Stand.open();
    const { store } = stand;
    await stand.push('good', '1', ['zlib 1.2-1']);
    const gone = { registry: 'hub', repository: 'good', digest: `sha256:${'0'.repeat(64)}` };
    const producer = await stand.producer();
    const worker = await stand.startWorker();

    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    await producer.enqueue(SCAN_IMAGE, gone);

    const failed = await worker.waitFor('failure', (line) => line['event'] === 'image-failed', { withinMs: 60_000 });
    expect(failed).toMatchObject({ digest: gone.digest });
    await until(async () => (await producer.deadLetters(SCAN_IMAGE)).length === 1);
    expect(await producer.deadLetters(SCAN_IMAGE)).toMatchObject([
      { attempts: 1, reason: expect.stringContaining('permanent: IMAGE_NOT_FOUND') },
    ]);
    expect(await producer.enqueue(SCAN_IMAGE, gone)).toBe('dead');
    await until(async () => (await store.registries.status('hub'))?.images.complete === 1);
    await producer.close();
  });

  it('looks for secrets, also in images that were scanned when nobody asked for that', async () => {
    stand = await Stand.open();
    const { store } = stand;
    // Put together here, so that nobody's scanner takes this file for a leak.
    const key = ['sk_', 'live_4eC39HqLyjWDarjtT1zdp7dc'].join('');
    const web = await stand.push('shop/web', '1', ['nginx 0.9-1'], { 'app/.env': `STRIPE=${key}\n` });
    const producer = await stand.producer();
    const secrets = async (): Promise<number | undefined> => (await store.registries.status('hub'))?.secrets;

    const worker = await stand.startWorker({ scan: { scanners: ['vuln'] } });
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    await worker.waitFor('scan', (line) => line['event'] === 'image-scanned', { withinMs: 60_000 });
    expect(await secrets()).toBe(0);
    expect(await worker.stop()).toBe(0);

    const thorough = await stand.startWorker();
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    expect(
      await thorough.waitFor('scan', (line) => line['event'] === 'image-scanned', { withinMs: 60_000 }),
    ).toMatchObject({ digest: web, vulnerabilities: 1, secrets: 1 });
    expect(await secrets()).toBe(1);
    const scan = await store.scans.scan(web);
    expect(scan?.findings).toMatchObject([{ kind: 'vulnerability' }, { kind: 'secret', id: 'stripe-key' }]);
    expect(JSON.stringify(scan)).not.toContain(key.slice(8));
    expect((await store.scans.events(0, 10)).map(({ kind }) => kind)).toEqual(['image-scanned']);
    await producer.close();
  });

  it('fetches a layer that several images have once, and remembers it for the next worker', async () => {
    stand = await Stand.open();
    const { store } = stand;
    for (const tag of ['1', '2', '3']) await stand.push('shop/web', tag, ['zlib 1.2-1']);
    const producer = await stand.producer();
    const scan = async (images: number): Promise<Record<string, number>> => {
      const worker = await (stand as Stand).startWorker({ scan: { concurrency: 1 } });
      await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
      await until(async () => (await store.registries.status('hub'))?.images.complete === images);
      const { metrics } = await worker.waitFor('start', (line) => line['event'] === 'worker-started');
      const text = await (await fetch(String(metrics))).text();
      expect(await worker.stop()).toBe(0);
      const counts = text.matchAll(/image_layers_total\{from="(?<from>\w+)"\} (?<count>\d+)/g);
      return Object.fromEntries([...counts].map(({ groups }) => [groups?.['from'], Number(groups?.['count'])]));
    };

    expect(await scan(3)).toEqual({ registry: 1, cache: 2 });
    await stand.push('shop/web', '4', ['zlib 1.2-1']);
    expect(await scan(4)).toEqual({ cache: 1 });
    await producer.close();
  });

  it(`scans ${IMAGES} queued images, each reported once, though it and Redis are killed on the way`, {
    timeout: 600_000,
  }, async () => {
    stand = await Stand.open();
    const { store, redis } = stand;
    const digests = new Set<string>();
    for (let index = 0; index < IMAGES; index += 1) {
      digests.add(await stand.push(`team-${index % 5}/app`, `v${index}`, [`openssl 3.0.${index}-1`, 'zlib 1.2-1']));
    }
    expect(digests.size).toBe(IMAGES);
    let producer = await stand.producer();
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    const scanned = async (): Promise<number> => (await store.registries.status('hub'))?.images.complete ?? 0;

    const first = await stand.startWorker();
    await until(async () => (await scanned()) >= IMAGES / 6);
    first.signal('SIGKILL');
    await first.ended();

    const second = await stand.startWorker();
    await until(async () => (await scanned()) >= IMAGES / 3);
    await redis.crash();
    await sleep(500);
    await redis.restart();
    await until(async () => (await scanned()) >= IMAGES / 2);
    second.signal('SIGKILL');
    await redis.restart();
    await second.ended();

    // The crawl may have died as well: whoever finds images unscanned asks for them again.
    await producer.close();
    producer = await stand.producer();
    await producer.enqueue(SCAN_REGISTRY, { registry: 'hub' });
    await stand.startWorker();
    await until(async () => (await scanned()) === IMAGES);

    const events = await store.scans.events(0, 10 * IMAGES);
    const reported = events.filter(({ kind }) => kind === 'image-scanned').map(({ digest }) => digest);
    expect(reported.toSorted()).toEqual([...digests].toSorted());
    await until(async () => {
      const { waiting, active, delayed } = await producer.counts(SCAN_IMAGE);
      return waiting + active + delayed === 0;
    });
    expect(await producer.deadLetters(SCAN_IMAGE)).toEqual([]);
    await producer.close();
  });
});

function layerOf(text: string): PushedLayer {
  const tar = tarOf({ text });
  return { content: gzipSync(tar), diffId: `sha256:${createHash('sha256').update(tar).digest('hex')}` };
}

/** So many packages of one source. */
function manyOfNginx(count: number): Readonly<Record<string, string>> {
  const rest = 'Status: install ok installed\nArchitecture: amd64\nSource: nginx\nVersion: 0.9-1\n';
  const entries = Array.from({ length: count }, (_, index) => `Package: nginx-${index}\n${rest}`);
  return { 'var/lib/dpkg/status': `${entries.join('\n')}\n` };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const over = performance.now() + 300_000;
  while (!(await holds())) {
    if (performance.now() > over) throw new Error('it does not happen');
    await sleep(50);
  }
}
