import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDatabase, DatabaseJudge, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import { readSbom, type ScanStore, scanRegistryImage } from '@bulkhead/scanner';
import { type NodeScanStore, openStore, type Store, StoreError } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { matchScanHandler } from './handler/match-scan.ts';

const AT = '2026-11-27T08:00:00.000Z';
const SBOM = JSON.stringify({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  components: [{ type: 'library', name: 'left-pad', version: '1.0.0', purl: 'pkg:npm/left-pad@1.0.0' }],
});

const PLACE = { registry: 'hub', repository: 'web', digest: `sha256:${'a'.repeat(64)}` };
const IMAGE = { digest: PLACE.digest, os: 'linux', architecture: 'amd64' };
const { signal } = new AbortController();

describe('what became known while something was judged', () => {
  let folder: string;
  let store: Store;
  let judge: DatabaseJudge;
  let isDown: boolean;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-late-'));
    store = await openStore({ file: join(folder, 'store.db') });
    judge = new DatabaseJudge(await advisories('GHSA-1'), systemClock);
    isDown = true;
  });
  afterEach(async () => {
    judge.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('is said of a container also where the first try ended before it could be', async () => {
    await found('a');
    const nodeScans = {
      ...later(store.nodeScans),
      match: (...args: Parameters<NodeScanStore['match']>) => store.nodeScans.match(...args),
      fail: (...args: Parameters<NodeScanStore['fail']>) => store.nodeScans.fail(...args),
    };
    const handle = matchScanHandler({ nodeScans, judge, clock: systemClock }, () => undefined);
    const once = (attempt: number): Promise<void> =>
      handle({ scan: 'a' }, { attempt, isLastAttempt: false, key: 'a', signal, progress: () => undefined });

    await expect(once(1)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(await namesOf('a')).toEqual(['GHSA-1']);
    isDown = false;
    await once(2);

    expect(await namesOf('a')).toEqual(['GHSA-2']);
  });

  it('is said of an image also where the first try ended before it could be', async () => {
    const { inventory } = await readSbom(Buffer.from(SBOM), 'image');
    const scans = {
      ...later(store.scans),
      scan: (...args: Parameters<ScanStore['scan']>) => store.scans.scan(...args),
      noteFailure: (...args: Parameters<ScanStore['noteFailure']>) => store.scans.noteFailure(...args),
    };
    const inspector = { scanners: ['vuln'] as const, inspect: async () => ({ image: IMAGE, inventory, layers: [] }) };
    const ports = { scans, inspector, judge, clock: systemClock };

    await expect(scanRegistryImage(PLACE, ports, signal)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect((await store.scans.scan(PLACE.digest))?.findings).toMatchObject([{ id: 'GHSA-1' }]);
    isDown = false;
    expect(await scanRegistryImage(PLACE, ports, signal)).toMatchObject({ outcome: 'known' });

    expect((await store.scans.scan(PLACE.digest))?.findings).toMatchObject([{ id: 'GHSA-2' }]);
  });

  /** Has new advisories come while something is recorded, and nothing be judged again while the store is down. */
  function later<R extends readonly unknown[], A, J extends readonly unknown[], B>(of: {
    record: (...args: R) => Promise<A>;
    rejudge: (...args: J) => Promise<B>;
  }) {
    return {
      record: async (...args: R): Promise<A> => {
        await advisories('GHSA-2');
        return of.record(...args);
      },
      rejudge: async (...args: J): Promise<B> => {
        if (isDown) throw new StoreError('STORE_UNREACHABLE', 'away');
        return of.rejudge(...args);
      },
    };
  }

  async function advisories(id: string): Promise<string> {
    const npm = [osvRecord(id, { affected: [affected('npm', 'left-pad', '2.0.0')] })];
    const output = join(folder, 'advisories.db');
    await buildDatabase({
      output,
      from: [new FolderBucket(writeBucket(join(folder, id), { npm }))],
      clock: systemClock,
      signal: new AbortController().signal,
    });
    return output;
  }

  async function found(scan: string): Promise<void> {
    await store.agents.enrol({ id: 'agent', node: 'node', enrolledAt: AT });
    await store.nodeScans.begin({ scan, agent: 'agent', node: 'node' }, AT);
    const document = { event: 'scan-written', scan, file: `scan-${scan}.cdx.json`, packages: 1, gaps: 0 };
    await store.events.append({ agent: 'agent', epoch: 1, events: [{ sequence: 1, document }] }, AT);
    await store.nodeScans.keepSbom(scan, Buffer.from(SBOM), AT);
  }

  async function namesOf(scan: string): Promise<readonly string[] | undefined> {
    return (await store.nodeScans.findings(scan, { limit: 9 }))?.items.map(({ id }) => id);
  }
});
