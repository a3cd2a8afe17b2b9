import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MAX_FINDINGS } from '@bulkhead/advisory-db';
import { ADVISORY_UPDATE } from '@bulkhead/queue';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_PACKAGES } from './judge-sbom.ts';
import { Stand, standMissing } from './test-support/stand.ts';

const missing = standMissing();
if (missing !== undefined) process.stderr.write(`matching of what agents found is not tested: ${missing}\n`);

const WAIT = { timeout: 60_000, interval: 100 };

describe.skipIf(missing !== undefined)('what agents found', () => {
  let stand: Stand | undefined;
  afterEach(async () => {
    await stand?.close();
    stand = undefined;
  });

  it('is matched as soon as a worker is there, and again when advisories change', async () => {
    stand = await Stand.open();
    const { nodeScans } = stand.store;
    await found(stand, 'a', sbomOf('nginx@0.9-1', 'openssl@3.0.1-1'));
    await found(stand, 'b', sbomOf('zlib@1.2-1'));
    expect(await nodeScans.matcher()).toBeUndefined();

    const worker = await stand.startWorker();
    await expect.poll(() => statesOf(stand, 'a', 'b'), WAIT).toEqual(['done', 'done']);
    expect(await nodeScans.matcher()).toMatch(/^20/);
    expect(await namesOf(stand, 'a')).toEqual(['DSA-1']);
    expect(await nodeScans.get('a')).toMatchObject({
      advisories: { checkedAt: expect.stringMatching(/^20/) },
      gaps: 0,
    });
    expect(await namesOf(stand, 'b')).toEqual([]);
    const judgedAt = (await nodeScans.get('b'))?.judgedAt;

    const producer = await stand.producer();
    // The first update follows nobody's: everything is judged.
    await producer.enqueue(ADVISORY_UPDATE, {});
    expect(
      await worker.waitFor('judgement', (line) => line['event'] === 'images-rejudged', { withinMs: 60_000 }),
    ).toMatchObject({ nodeScans: 2 });
    expect((await nodeScans.get('b'))?.judgedAt).not.toBe(judgedAt);
    stand.publish('DSA-2', 'openssl', '3.0.5-1');
    stand.publish('DSA-1', 'nginx', '0.5-1');
    const from = worker.lines.length;
    await producer.enqueue(ADVISORY_UPDATE, {});
    expect(
      await worker.waitFor('judgement', (line) => line['event'] === 'images-rejudged', { from, withinMs: 60_000 }),
    ).toMatchObject({ nodeScans: 1 });
    expect(await namesOf(stand, 'a')).toEqual(['DSA-2']);

    // What comes later is judged by what is known now.
    await found(stand, 'c', sbomOf('openssl@3.0.1-1'));
    await expect.poll(() => statesOf(stand, 'c'), WAIT).toEqual(['done']);
    expect(await namesOf(stand, 'c')).toEqual(['DSA-2']);
    await producer.close();
  });

  it('fails at once where no other try makes it another', async () => {
    stand = await Stand.open();
    await found(stand, 'a', sbomOf('nginx@0.9-1'));
    const file = new DatabaseSync(join(stand.folder, 'store.db'));
    file.exec("update node_scan set sbom = x'09' where scan = 'a'");
    file.close();

    await stand.startWorker();
    await expect.poll(() => statesOf(stand, 'a'), WAIT).toEqual(['failed']);
    expect((await stand.store.nodeScans.get('a'))?.failure).toEqual({
      code: 'STORE_CORRUPT',
      message: 'a stored document cannot be read: its format is 9 and not 1; scan it again',
    });
    expect(await stand.store.nodeScans.unmatched(9)).toEqual([]);
  });

  it('fails with a code where it is no SBOM, or none of any machine, and holds up nothing else', async () => {
    stand = await Stand.open();
    await found(stand, 'a', '{"bomFormat":"CycloneDX","specVersion":"9"}');
    await found(stand, 'b', `[${'['.repeat(100_000)}`);
    await found(stand, 'c', sbomOf(...Array.from({ length: MAX_PACKAGES + 1 }, (_, index) => `p${index}@1`)));
    await found(stand, 'd', sbomOf('nginx@0.9-1'));

    const worker = await stand.startWorker();
    await expect.poll(() => statesOf(stand, 'a', 'b', 'c', 'd'), WAIT).toEqual(['failed', 'failed', 'failed', 'done']);
    expect((await stand.store.nodeScans.get('a'))?.failure).toEqual({
      code: 'INVALID_SBOM',
      message: expect.stringContaining('it is CycloneDX "9"'),
    });
    expect((await stand.store.nodeScans.get('b'))?.failure?.code).toBe('INVALID_SBOM');
    expect(worker.lines.filter((line) => line['event'] === 'scan-not-matched')).toHaveLength(3);
    expect((await stand.store.nodeScans.get('c'))?.failure?.code).toBe('TOO_MANY_PACKAGES');
  });

  it('fails where more is found than in any machine, and what cannot be judged again keeps nothing else from it', async () => {
    stand = await Stand.open();
    const { nodeScans } = stand.store;
    const half = Math.floor(MAX_FINDINGS / 2) + 1;
    await found(stand, 'a', sbomOf('nginx@0.9-1'));
    await found(stand, 'b', sbomOf(...Array.from({ length: half }, (_, index) => `nginx@0.1.${index}-1`)));
    await found(stand, 'c', sbomOf('nginx@0.9-1'));
    const worker = await stand.startWorker();
    await expect.poll(() => statesOf(stand, 'a', 'b', 'c'), WAIT).toEqual(['done', 'done', 'done']);
    const file = new DatabaseSync(join(stand.folder, 'store.db'));
    file.exec("update node_scan set sbom = x'09' where scan = 'a'");
    file.close();

    const producer = await stand.producer();
    stand.publish('DSA-2', 'nginx', '1.0');
    await producer.enqueue(ADVISORY_UPDATE, {});
    await worker.waitFor('judgement', (line) => line['event'] === 'images-rejudged', { withinMs: 60_000 });
    await producer.close();
    expect(await namesOf(stand, 'c')).toEqual(['DSA-1', 'DSA-2']);
    expect(worker.lines.filter((line) => line['event'] === 'scan-not-matched')).toMatchObject([
      { scan: 'a', code: 'STORE_CORRUPT' },
      { scan: 'b', code: 'TOO_MANY_FINDINGS' },
    ]);
    // What was found before stays, with the age of its advisories.
    expect(await statesOf(stand, 'a', 'b')).toEqual(['done', 'done']);

    await found(stand, 'd', sbomOf(...Array.from({ length: half }, (_, index) => `nginx@0.1.${index}-1`)));
    await expect.poll(() => statesOf(stand, 'd'), WAIT).toEqual(['failed']);
    expect((await nodeScans.get('d'))?.failure?.code).toBe('TOO_MANY_FINDINGS');
  });
});

/** Has the store hold what an agent found, as an api brings it there. */
async function found({ store }: Stand, scan: string, sbom: string): Promise<void> {
  const at = new Date().toISOString();
  const agent = `agent-${scan}`;
  await store.agents.enrol({ id: agent, node: agent, enrolledAt: at });
  await store.nodeScans.begin({ scan, agent, node: agent }, at);
  const document = { event: 'scan-written', scan, file: `scan-${scan}.cdx.json`, packages: 1, gaps: 0 };
  await store.events.append({ agent, epoch: 1, events: [{ sequence: 1, document }] }, at);
  await store.nodeScans.keepSbom(scan, Buffer.from(sbom), at);
}

/** Packages of Debian 12, as an agent writes them. */
function sbomOf(...packages: readonly string[]): string {
  const os = { type: 'operating-system', name: 'debian', version: '12' };
  const components = packages.map((text) => {
    const [name = '', version = ''] = text.split('@');
    return { type: 'library', name, version, purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12` };
  });
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [os, ...components] });
}

function statesOf(stand: Stand | undefined, ...scans: readonly string[]): Promise<readonly unknown[]> {
  return Promise.all(scans.map(async (scan) => (await stand?.store.nodeScans.get(scan))?.state));
}

async function namesOf({ store }: Stand, scan: string): Promise<readonly string[] | undefined> {
  return (await store.nodeScans.findings(scan, { limit: 100 }))?.items.map(({ id }) => id);
}
