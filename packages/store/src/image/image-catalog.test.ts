import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';
import { digestOf, image, scanOf, secret, vulnerability } from '../test-support/scans.ts';

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`images on ${database.name} are not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`images on ${database.name}`, () => {
    let store: Store;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
    });
    afterEach(() => store.close());

    it('are listed with their counts, by registry and by vulnerability, each once however many tags it has', async () => {
      await store.registries.add(WatchedRegistry.parse({ name: 'hub', host: 'registry.example' }));
      await store.scans.noteImages(digestOf('web'), [image('web')]);
      const tags = ['1', 'latest'].map((tag) => ({ tag, digest: digestOf('web') }));
      await store.scans.noteTags('hub', 'web', tags, true);
      const findings = [
        vulnerability('CVE-1', 'openssl'),
        vulnerability('CVE-2', 'zlib', { severity: 'low' }),
        secret('aws'),
      ];
      await store.scans.record(scanOf('web', { findings }));
      await store.scans.record(scanOf('other', { findings: [vulnerability('CVE-2', 'zlib')] }));

      const web = {
        digest: digestOf('web'),
        platform: 'linux/amd64',
        names: ['registry.example/web:1', 'registry.example/web:latest'],
        status: 'complete',
        scannedAt: '2026-11-25T12:00:00.000Z',
        scanners: ['vuln', 'secret'],
        vulnerabilities: { high: 1, low: 1 },
        secrets: 1,
      };
      const page = { limit: 10 };
      const digests = async (filter: object): Promise<readonly string[]> =>
        (await store.images.list(filter, page)).items.map(({ digest }) => digest);
      expect(await store.images.get(digestOf('web'))).toEqual(web);
      expect((await store.images.list({ vulnerability: 'CVE-1' }, page)).items).toEqual([web]);
      expect(await digests({ vulnerability: 'CVE-2' })).toEqual([digestOf('other'), digestOf('web')].toSorted());
      expect(await digests({ vulnerability: 'CVE-2', registry: 'hub' })).toEqual([digestOf('web')]);
      expect((await store.images.findings(digestOf('web'), page))?.items).toEqual(findings);
      expect(await store.images.findings(digestOf('none'), page)).toBeUndefined();
    });
  });
}
