import { WatchedRegistry } from '@bulkhead/scanner/registry';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from './error.ts';
import { openStore, type Store } from './open-store.ts';
import { testDatabases } from './test-support/databases.ts';
import { debPackage, digestOf, image, inventory, scanOf, secret, vulnerability } from './test-support/scans.ts';

const AT = '2026-11-26T08:00:00.000Z';

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`the store on ${database.name} is not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`the store on ${database.name}`, () => {
    let store: Store;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
    });
    afterEach(() => store.close());

    const hub = WatchedRegistry.parse({ name: 'hub', host: 'registry.example:5000', tags: { exclude: ['*-rc'] } });

    describe('registries', () => {
      it('keeps a registry as it was added, and lists by name', async () => {
        const other = WatchedRegistry.parse({ name: 'aside', host: 'aside.example' });

        expect(await store.registries.add(hub)).toBe('added');
        expect(await store.registries.add(other)).toBe('added');

        expect(await store.registries.get('hub')).toEqual(hub);
        expect((await store.registries.list()).map(({ name }) => name)).toEqual(['aside', 'hub']);
      });

      it('keeps the first of two registries with one name', async () => {
        await store.registries.add(hub);

        expect(await store.registries.add({ ...hub, host: 'evil.example' })).toBe('exists');
        expect((await store.registries.get('hub'))?.host).toBe('registry.example:5000');
      });

      it('forgets with a registry the images that only it had', async () => {
        await store.registries.add(hub);
        await store.registries.add({ ...hub, name: 'mirror' });
        await store.scans.noteImages(digestOf('index'), [image('shared'), image('own')]);
        await store.scans.noteImages(digestOf('shared'), [image('shared')]);
        await store.scans.noteTags('hub', 'shop/web', [{ tag: '1', digest: digestOf('index') }], true);
        await store.scans.noteTags('mirror', 'web', [{ tag: '1', digest: digestOf('shared') }], true);
        await store.scans.record(scanOf('shared'));
        await store.scans.record(scanOf('own'));

        expect(await store.registries.remove('hub')).toBe('removed');

        expect(await store.scans.scan(digestOf('own'))).toBeUndefined();
        expect(await store.scans.imagesOf(digestOf('index'))).toBeUndefined();
        expect(await store.scans.scan(digestOf('shared'))).toBeDefined();
        expect(await store.scans.affectedBy([{ ecosystem: 'Debian:12', name: 'zlib' }])).toEqual([digestOf('shared')]);
        expect(await store.registries.remove('hub')).toBe('absent');
      });

      it('counts what is known of a registry', async () => {
        await store.registries.add(hub);
        const words = ['done', 'half', 'broken', 'new'];
        await store.scans.noteImages(
          digestOf('index'),
          words.map((word) => image(word)),
        );
        await store.scans.noteTags(
          'hub',
          'a',
          [
            { tag: '1', digest: digestOf('index') },
            { tag: '2', digest: digestOf('index') },
          ],
          true,
        );
        await store.scans.noteTags('hub', 'b', [], true);
        const suppressed = { by: 'vex', statement: 'vex.json', reason: 'not reachable' } as const;
        const findings = [
          vulnerability('CVE-1', 'openssl'),
          vulnerability('CVE-2', 'openssl', { severity: 'low' }),
          vulnerability('CVE-3', 'zlib', { suppressed }),
          secret('stripe-key'),
        ];
        await store.scans.record(scanOf('done', { findings }));
        const gaps = [{ code: 'corrupt', message: 'the rpm database ends early' } as const];
        await store.scans.record(scanOf('half', { inventory: inventory({ gaps }) }));
        await store.scans.noteFailure(digestOf('broken'), { code: 'LAYER_CORRUPT', message: 'bad gzip', at: AT });
        const crawl = { startedAt: AT, finishedAt: AT, problems: ['a:3: DENIED'] };
        await store.registries.noteCrawl('hub', crawl);

        expect(await store.registries.status('hub')).toEqual({
          name: 'hub',
          repositories: 2,
          tags: 2,
          images: { pending: 1, complete: 1, partial: 1, failed: 1 },
          findings: { high: 1, low: 1 },
          secrets: 1,
          crawl,
        });
        expect(await store.registries.status('gone')).toBeUndefined();
      });
    });

    describe('tags and images', () => {
      beforeEach(async () => void (await store.registries.add(hub)));

      it('knows a digest it was told about, also one with no image behind it', async () => {
        const arm = image('arm', { architecture: 'arm', variant: 'v7' });
        await store.scans.noteImages(digestOf('index'), [image('amd'), arm]);
        await store.scans.noteImages(digestOf('empty'), []);

        expect(await store.scans.imagesOf(digestOf('index'))).toEqual(expect.arrayContaining([image('amd'), arm]));
        expect(await store.scans.imagesOf(digestOf('empty'))).toEqual([]);
        expect(await store.scans.imagesOf(digestOf('other'))).toBeUndefined();
      });

      it('lets a tag move, and forgets tags that a complete list lacks', async () => {
        await store.scans.noteTags(
          'hub',
          'web',
          [
            { tag: 'a', digest: digestOf('1') },
            { tag: 'b', digest: digestOf('1') },
          ],
          false,
        );
        await store.scans.noteTags('hub', 'web', [{ tag: 'a', digest: digestOf('2') }], false);
        expect((await store.registries.status('hub'))?.tags).toBe(2);

        await store.scans.noteTags('hub', 'web', [{ tag: 'a', digest: digestOf('2') }], true);
        expect((await store.registries.status('hub'))?.tags).toBe(1);
      });

      it('keeps nothing for a registry that was removed meanwhile', async () => {
        await store.registries.remove('hub');

        await store.scans.noteTags('hub', 'web', [{ tag: 'a', digest: digestOf('1') }], true);

        await store.registries.add(hub);
        expect((await store.registries.status('hub'))?.repositories).toBe(0);
      });
    });

    describe('scans', () => {
      it('gives back a scan as it was recorded', async () => {
        const python = {
          ...debPackage('requests', '2.0'),
          type: 'pypi' as const,
          location: { path: 'usr/lib/python3/requests/METADATA', within: ['x.whl'], line: 3 },
        };
        const held = inventory({
          packages: [debPackage('openssl'), python],
          ownerByPath: new Map([[python.location.path, { type: 'deb', name: 'python3-requests' }]]),
          secrets: [
            {
              detector: 'aws-access-key',
              line: 2,
              masked: 'AKIA****',
              confidence: 'high',
              location: { path: 'etc/env' },
            },
          ],
        });
        const scan = scanOf('web', { inventory: held, findings: [vulnerability('CVE-1', 'openssl')] });

        expect(await store.scans.record(scan)).toBe('recorded');

        const kept = await store.scans.scan(digestOf('web'));
        expect(kept).toEqual({ ...scan, lookedUp: expect.arrayContaining([...scan.lookedUp]) });
        expect(await store.scans.unscanned([digestOf('web'), digestOf('new')], ['vuln', 'secret'])).toEqual([
          digestOf('new'),
        ]);
      });

      it('keeps of two scans of one digest the first, and reports it once', async () => {
        const outcomes = await Promise.all([0, 1, 2, 3].map(() => store.scans.record(scanOf('web'))));

        expect(outcomes.toSorted()).toEqual(['known', 'known', 'known', 'recorded']);
        expect(await store.scans.events(0, 10)).toHaveLength(1);
      });

      it('takes a scan that looked for more in place of the first, and reports only what that changed', async () => {
        const [first, second] = [vulnerability('CVE-1', 'openssl'), vulnerability('CVE-2', 'zlib')];
        await store.scans.record(scanOf('web', { scanners: ['vuln'], findings: [first] }));
        await store.scans.record(scanOf('api', { scanners: ['vuln'] }));
        expect(await store.scans.unscanned([digestOf('web')], ['vuln'])).toEqual([]);
        expect(await store.scans.unscanned([digestOf('web')], ['vuln', 'secret'])).toEqual([digestOf('web')]);

        const more = scanOf('web', { findings: [first, second, secret('stripe-key')] });
        expect(await Promise.all([more, more].map((scan) => store.scans.record(scan)))).toEqual(
          expect.arrayContaining(['recorded', 'known']),
        );
        expect(await store.scans.record(scanOf('api'))).toBe('recorded');
        expect(await store.scans.record(scanOf('web', { scanners: ['vuln'] }))).toBe('known');

        expect(await store.scans.scan(digestOf('web'))).toMatchObject({
          scanners: ['vuln', 'secret'],
          findings: more.findings,
        });
        expect(await store.scans.events(0, 10)).toMatchObject([
          { kind: 'image-scanned', digest: digestOf('web') },
          { kind: 'image-scanned', digest: digestOf('api') },
          {
            kind: 'findings-changed',
            digest: digestOf('web'),
            difference: { appeared: [{ vulnerability: 'CVE-2' }], disappeared: [] },
          },
        ]);
      });

      it('takes a failure away when the image is scanned after all', async () => {
        await store.registries.add(hub);
        await store.scans.noteImages(digestOf('web'), [image('web')]);
        await store.scans.noteTags('hub', 'web', [{ tag: '1', digest: digestOf('web') }], true);
        await store.scans.noteFailure(digestOf('web'), { code: 'REGISTRY_UNREACHABLE', message: 'x', at: AT });
        expect((await store.registries.status('hub'))?.images.failed).toBe(1);

        await store.scans.record(scanOf('web'));

        expect((await store.registries.status('hub'))?.images).toMatchObject({ failed: 0, complete: 1 });
      });

      it('takes scans from many at once, of images that share their packages', async () => {
        const words = Array.from({ length: 12 }, (_, index) => `image ${index}`);
        const packages = Array.from({ length: 60 }, (_, index) => debPackage(`p${index}`));

        await Promise.all(
          words.map((word, index) =>
            store.scans.record(
              scanOf(word, { inventory: inventory({ packages: index % 2 === 0 ? packages : packages.toReversed() }) }),
            ),
          ),
        );

        expect(await store.scans.affectedBy([{ ecosystem: 'Debian:12', name: 'p7' }])).toHaveLength(words.length);
      });
    });

    describe('the inverted index', () => {
      beforeEach(async () => {
        await store.scans.record(scanOf('both'));
        await store.scans.record(scanOf('only zlib', { inventory: inventory({ packages: [debPackage('zlib')] }) }));
      });

      it('finds the images that looked up one of the keys, each once', async () => {
        const keys = ['openssl', 'zlib', 'absent'].map((name) => ({ ecosystem: 'Debian:12', name }));

        expect(await store.scans.affectedBy(keys)).toEqual([digestOf('both'), digestOf('only zlib')].toSorted());
        expect(await store.scans.affectedBy(keys.slice(0, 1))).toEqual([digestOf('both')]);
        expect(await store.scans.affectedBy([{ ecosystem: 'Debian:11', name: 'zlib' }])).toEqual([]);
        expect(await store.scans.affectedBy([])).toEqual([]);
      });

      it('takes more keys than a statement has parameters', async () => {
        const keys = Array.from({ length: 40_000 }, (_, index) => ({
          ecosystem: 'Debian:12',
          name: `absent ${index}`,
        }));

        expect(await store.scans.affectedBy([...keys, { ecosystem: 'Debian:12', name: 'openssl' }])).toEqual([
          digestOf('both'),
        ]);
      });

      it('follows what a later judgement looks up', async () => {
        await store.scans.rejudge(digestOf('both'), 'r1', AT, (scan) => ({
          ...scan,
          lookedUp: [{ ecosystem: 'Go', name: 'stdlib' }],
        }));

        expect(await store.scans.affectedBy([{ ecosystem: 'Go', name: 'stdlib' }])).toEqual([digestOf('both')]);
        expect(await store.scans.affectedBy([{ ecosystem: 'Debian:12', name: 'openssl' }])).toEqual([]);
      });
    });

    describe('judging again', () => {
      beforeEach(
        async () => void (await store.scans.record(scanOf('web', { findings: [vulnerability('CVE-1', 'openssl')] }))),
      );

      it('keeps the new findings, and reports the difference only', async () => {
        const findings = [vulnerability('CVE-2', 'zlib')];

        const difference = await store.scans.rejudge(digestOf('web'), 'r1', AT, (scan) => ({
          ...scan,
          findings,
          database: 'state-2',
        }));

        const expected = {
          appeared: [{ vulnerability: 'CVE-2', packages: ['zlib 1.0-1'] }],
          disappeared: [{ vulnerability: 'CVE-1', packages: ['openssl 1.0-1'] }],
        };
        expect(difference).toEqual(expected);
        expect(await store.scans.scan(digestOf('web'))).toMatchObject({ findings, database: 'state-2' });
        expect(await store.scans.eventsOf('r1')).toMatchObject([
          { kind: 'findings-changed', digest: digestOf('web'), difference: expected },
        ]);
      });

      it('reports nothing where nothing changed', async () => {
        const difference = await store.scans.rejudge(digestOf('web'), 'r1', AT, (scan) => scan);

        expect(difference).toEqual({ appeared: [], disappeared: [] });
        expect(await store.scans.eventsOf('r1')).toEqual([]);
      });

      it('changes nothing when the judge fails', async () => {
        const failing = store.scans.rejudge(digestOf('web'), 'r1', AT, () => {
          throw new Error('no database');
        });

        await expect(failing).rejects.toThrow('no database');
        expect(await store.scans.scan(digestOf('web'))).toMatchObject({ database: 'state-1' });
      });

      it('lets judgements of one image take turns', async () => {
        const add = (id: string) =>
          store.scans.rejudge(digestOf('web'), id, AT, (scan) => ({
            ...scan,
            findings: [...scan.findings, vulnerability(id, 'zlib')],
          }));

        await Promise.all(['CVE-2', 'CVE-3', 'CVE-4', 'CVE-5'].map(add));

        expect((await store.scans.scan(digestOf('web')))?.findings.map(({ id }) => id).toSorted()).toEqual([
          'CVE-1',
          'CVE-2',
          'CVE-3',
          'CVE-4',
          'CVE-5',
        ]);
      });

      it('is remembered by the state of the advisories that all images are judged by', async () => {
        expect(await store.scans.judgedBy()).toBeUndefined();
        await store.scans.noteJudgedBy('state-1');
        await store.scans.noteJudgedBy('state-2');

        expect(await store.scans.judgedBy()).toBe('state-2');
      });

      it('does nothing for an image that is gone', async () => {
        expect(await store.scans.rejudge(digestOf('gone'), 'r1', AT, (scan) => scan)).toBeUndefined();
      });
    });

    describe('hostile text', () => {
      it.each([
        ['SQL', `'; drop table image; --`],
        ['quotes', '"quoted" \\ back\\slash'],
        ['NUL', 'nul \0 inside'],
        ['half a character', '\uD800 lone surrogate'],
        ['emoji', '💥'.repeat(3)],
        ['a hundred thousand characters', 'x'.repeat(100_000)],
        ['wildcards', '%_*?'],
        ['nothing', ''],
      ])('in a package, a path and an ecosystem comes back as it was: %s', async (_, text) => {
        const hostile = { ...debPackage(text, text), location: { path: text } };
        const held = inventory({
          packages: [hostile],
          ownerByPath: new Map([[text, { type: 'deb', name: text }]]),
          gaps: [{ code: 'corrupt', message: text, path: text }],
        });
        const scan = scanOf('hostile', {
          inventory: held,
          findings: [vulnerability(text, text)],
          lookedUp: [{ ecosystem: text, name: text }],
        });

        await store.scans.record(scan);

        const kept = await store.scans.scan(digestOf('hostile'));
        expect(kept?.inventory).toEqual(held);
        expect(kept?.findings).toEqual(scan.findings);
        expect(await store.scans.affectedBy([{ ecosystem: text, name: text }])).toEqual([digestOf('hostile')]);
        expect(await store.scans.affectedBy([{ ecosystem: `${text}x`, name: text }])).toEqual([]);
      });

      it('in a name is kept as it is, or refused with a code', async () => {
        await store.registries.add(hub);
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => {
            const refused = await store.scans
              .noteTags('hub', text, [{ tag: text, digest: digestOf('x') }], true)
              .then(() => store.scans.noteFailure(text, { code: 'X', message: text, at: AT }))
              .catch((error: unknown) => error);

            expect(refused === undefined || (refused instanceof StoreError && refused.code === 'UNSTORABLE_TEXT')).toBe(
              true,
            );
          }),
          { numRuns: 100, examples: [['\0'], [`'`], ['\uD800']] },
        );
      });
    });
  });
}
