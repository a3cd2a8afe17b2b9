import { chainOf } from '@bulkhead/policy/images';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';
import { digestOf, image, inventory, scanOf, secret, vulnerability } from '../test-support/scans.ts';

const AT = '2026-11-26T08:00:00.000Z';

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`the feed of images on ${database.name} is not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`the feed of images on ${database.name}`, () => {
    let store: Store;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
      await store.registries.add(WatchedRegistry.parse({ name: 'hub', host: 'registry.example:5000' }));
    });
    afterEach(() => store.close());

    it('tells of an image what leads to it and what was found in it', async () => {
      await store.scans.noteTags('hub', 'shop/web', [{ tag: '1', digest: digestOf('index') }], true);
      await store.scans.noteImages(digestOf('index'), [image('web'), image('arm', { architecture: 'arm64' })]);
      const suppressed = { by: 'vex', statement: 'vex.json', reason: 'not reachable' } as const;
      const findings = [
        vulnerability('CVE-1', 'openssl', { kev: { dateAdded: '2024-01-01', ransomware: false } }),
        vulnerability('CVE-2', 'zlib', { suppressed }),
        secret('aws'),
      ];
      await store.scans.record(scanOf('web', { findings }));
      await store.scans.noteFailure(digestOf('arm'), { code: 'X', message: 'no layers', at: AT });

      const { reset, changes, more } = await store.imageFeed.after(undefined, 100);

      expect({ reset, more }).toEqual({ reset: true, more: false });
      const names = ['registry.example:5000/shop/web:1'];
      const indexes = [digestOf('index')];
      expect(byDigest(changes)).toEqual(
        byDigest([
          {
            digest: digestOf('web'),
            image: {
              digest: digestOf('web'),
              platform: 'linux/amd64',
              indexes,
              names,
              chain: chainOf([digestOf('the layer of web')]),
              scan: {
                scannedAt: '2026-11-25T12:00:00.000Z',
                scanners: ['vuln', 'secret'],
                gaps: 0,
                vulnerabilities: [{ id: 'CVE-1', package: 'openssl 1.0-1', severity: 'high', fix: '2.0', kev: true }],
                secrets: [{ id: 'aws', path: 'app/.env', severity: 'critical', confidence: 'high' }],
                omitted: { vulnerabilities: 0, secrets: 0 },
              },
            },
          },
          {
            digest: digestOf('arm'),
            image: { digest: digestOf('arm'), platform: 'linux/arm64', indexes, names, failure: 'no layers' },
          },
        ]),
      );
    });

    it('goes on where it was, and tells only what changed', async () => {
      await store.scans.record(scanOf('a'));
      await store.scans.record(scanOf('b'));
      const first = await store.imageFeed.after(undefined, 1);
      const second = await store.imageFeed.after(first.next, 1);
      const third = await store.imageFeed.after(second.next, 1);

      expect([first, second, third].map(({ changes, more, reset }) => [changes.length, more, reset])).toEqual([
        [1, true, true],
        [1, false, false],
        [0, false, false],
      ]);

      const judged = { lookedUp: [], database: 'state-2', findings: [vulnerability('CVE-1', 'zlib')] };
      await store.scans.rejudge(digestOf('a'), 'job', AT, () => judged);
      const fourth = await store.imageFeed.after(third.next, 100);
      expect(fourth.changes.map(({ digest, image: one }) => [digest, one?.scan?.vulnerabilities.length])).toEqual([
        [digestOf('a'), 1],
      ]);

      await store.scans.rejudge(digestOf('a'), 'again', AT, () => judged);
      expect((await store.imageFeed.after(fourth.next, 100)).changes).toEqual([]);
    });

    it('tells of tags that move, of images that are gone with their registry, and says nothing of a crawl that found all as it was', async () => {
      const tag = async (word: string): Promise<void> => {
        await store.scans.noteImages(digestOf(word), [image(word)]);
        await store.scans.noteTags('hub', 'web', [{ tag: 'latest', digest: digestOf(word) }], true);
      };
      await tag('old');
      const { next } = await store.imageFeed.after(undefined, 100);
      await store.scans.noteTags('hub', 'web', [{ tag: 'latest', digest: digestOf('old') }], true);
      expect((await store.imageFeed.after(next, 100)).changes).toEqual([]);

      await tag('new');
      const moved = await store.imageFeed.after(next, 100);
      expect(new Map(moved.changes.map(({ digest, image: one }) => [digest, one?.names]))).toEqual(
        new Map([
          [digestOf('old'), []],
          [digestOf('new'), ['registry.example:5000/web:latest']],
        ]),
      );

      await store.scans.noteTags('hub', 'web', [], true);
      const untagged = await store.imageFeed.after(moved.next, 100);
      expect(untagged.changes.map(({ digest, image: one }) => [digest, one?.names])).toEqual([[digestOf('new'), []]]);

      await tag('new');
      await store.registries.remove('hub');
      const { changes } = await store.imageFeed.after(untagged.next, 100);
      expect(changes).toContainEqual({ digest: digestOf('new') });
    });

    it('tells what an image is up to each of its layers, also of one of before that is looked into once more', async () => {
      const layers = [digestOf('base'), digestOf('app')];
      const before = scanOf('web');
      await store.scans.record({ ...before, layers: undefined } as unknown as typeof before);
      const { next, changes } = await store.imageFeed.after(undefined, 100);
      expect(changes.map(({ image: one }) => one?.chain)).toEqual([undefined]);
      expect(await store.scans.unscanned([digestOf('web')], ['vuln', 'secret'])).toEqual([digestOf('web')]);

      expect(await store.scans.record(scanOf('web', { layers }))).toBe('known');
      const told = await store.imageFeed.after(next, 100);
      expect(told.changes.map(({ image: one }) => one?.chain)).toEqual([chainOf(layers)]);
      expect(await store.scans.unscanned([digestOf('web')], ['vuln', 'secret'])).toEqual([]);
      expect((await store.scans.scan(digestOf('web')))?.layers).toEqual(layers);
    });

    it('tells whose signatures an image has, also by the indexes that lead to it, when that changes', async () => {
      await store.scans.noteImages(digestOf('index'), [image('web'), image('arm', { architecture: 'arm64' })]);
      await store.scans.noteImages(digestOf('web'), [image('web')]);
      const { next } = await store.imageFeed.after(undefined, 100);
      const signer = { root: 'r1', issuer: 'https://issuer.example.com', subject: 'builder@example.com' };
      const check = (digest: string, ...verified: readonly string[]) => ({
        digest,
        keys: ['k1', 'k2'],
        verified,
        roots: ['r1'],
        signers: verified.includes('k1') ? [signer] : [],
      });

      const checks = [check(digestOf('index'), 'k2'), check(digestOf('web'), 'k1'), check(digestOf('gone'), 'k1')];
      await store.scans.noteSignatures('hub', checks);
      const told = await store.imageFeed.after(next, 100);
      expect(new Map(told.changes.map(({ digest, image: one }) => [digest, one?.signatures]))).toEqual(
        new Map([
          [digestOf('web'), { keys: ['k1', 'k2'], verified: ['k1', 'k2'], roots: ['r1'], signers: [signer] }],
          [digestOf('arm'), { keys: ['k1', 'k2'], verified: ['k2'], roots: ['r1'], signers: [] }],
        ]),
      );

      await store.scans.noteSignatures('hub', checks);
      expect((await store.imageFeed.after(told.next, 100)).changes).toEqual([]);
      await store.scans.noteSignatures('hub', [check(digestOf('index'))]);
      const { changes } = await store.imageFeed.after(told.next, 100);
      expect(changes.find(({ digest }) => digest === digestOf('arm'))?.image?.signatures?.verified).toEqual([]);
    });

    it('keeps whose signatures an image has in each registry, for as long as that is watched', async () => {
      const digest = digestOf('web');
      await store.registries.add(WatchedRegistry.parse({ name: 'aside', host: 'aside.example' }));
      for (const registry of ['hub', 'aside'])
        await store.scans.noteTags(registry, 'web', [{ tag: '1', digest }], true);
      await store.scans.noteImages(digest, [image('web')]);
      const signatures = async () =>
        (await store.imageFeed.after(undefined, 100)).changes.find((one) => one.digest === digest)?.image?.signatures;
      const check = { digest, roots: [], signers: [] };

      await store.scans.noteSignatures('aside', [{ ...check, keys: ['k1'], verified: ['k1'] }]);
      // Signatures lie beside an image: the same one has others elsewhere, or none.
      await store.scans.noteSignatures('hub', [{ ...check, keys: ['k1', 'k2'], verified: [] }]);
      expect(await signatures()).toMatchObject({ keys: ['k1', 'k2'], verified: ['k1'] });
      const { next } = await store.imageFeed.after(undefined, 100);

      await store.registries.remove('aside');
      const told = await store.imageFeed.after(next, 100);
      expect(told.changes.map(({ image: one }) => one?.signatures?.verified)).toEqual([[]]);
      await store.scans.noteSignatures('aside', [{ ...check, keys: ['k1'], verified: ['k1'] }]);
      expect((await signatures())?.verified).toEqual([]);
    });

    it('begins anew for a position of another store, and refuses what is none', async () => {
      await store.scans.record(scanOf('a'));
      const other = await openStore(await database.fresh());
      try {
        const { next } = await other.imageFeed.after(undefined, 100);

        expect(await store.imageFeed.after(next, 100)).toMatchObject({
          reset: true,
          changes: [{ digest: digestOf('a') }],
        });
        await expect(store.imageFeed.after('nonsense', 100)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      } finally {
        await other.close();
      }
    });

    it('gives a reader who follows writers at work everything that they wrote', async () => {
      const words = Array.from({ length: 40 }, (_, index) => `image-${index}`);
      const seen = new Set<string>();
      let position: string | undefined;
      const writing = new AbortController();
      const read = async (): Promise<void> => {
        const { changes, next } = await store.imageFeed.after(position, 7);
        position = next;
        for (const { digest } of changes) seen.add(digest);
      };
      const reading = (async () => {
        while (!writing.signal.aborted) await read();
      })();
      await Promise.all(words.map((word) => store.scans.record(scanOf(word, { inventory: inventory() }))));
      writing.abort();
      await reading;
      for (let turn = 0; turn < words.length; turn += 1) await read();

      expect([...seen].toSorted()).toEqual(words.map(digestOf).toSorted());
    });
  });
}

function byDigest<Item extends { readonly digest: string }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}
