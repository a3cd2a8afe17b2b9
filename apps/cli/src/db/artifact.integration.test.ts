import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { AdvisoryDatabase, ARTIFACT_TYPE, LAYER_MEDIA_TYPE } from '@bulkhead/advisory-db';
import { type RegistryServer, registryMissing, run as runProgram, startRegistry } from '@bulkhead/lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../run.ts';

const MISSING = registryMissing();
if (MISSING !== undefined) process.stderr.write(`skipped: databases in a registry: ${MISSING}\n`);

describe.skipIf(MISSING)('a database in a registry', () => {
  let registry: RegistryServer;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.remove());

  let folder: string;
  let db: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-artifact-'));
    db = join(folder, 'here', 'advisories.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is fetched, found current, and replaced by a newer one', async () => {
    const place = `oci://${registry.host}/security/advisories:latest`;
    const first = await publish('GHSA-1');

    expect(await bulkhead('db', 'update', '--from', place, '--db', db)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`latest@${first} took its place in`),
      stdout: expect.stringMatching(/^npm +1 /m),
    });
    const again = await bulkhead('db', 'update', '--from', place, '--db', db, '--format', 'json');
    expect(JSON.parse(again.stdout)).toMatchObject({ replaced: false, artifact: { digest: first } });

    const second = await publish('GHSA-2');
    const newer = await bulkhead('db', 'update', '--from', place, '--db', db, '--format', 'json');
    expect(JSON.parse(newer.stdout)).toMatchObject({ replaced: true, artifact: { digest: second } });
    expect(advisories()).toEqual(['GHSA-2']);
  });

  it('is imported by its digest', async () => {
    await publish('GHSA-1');
    const place = `oci://${registry.host}/security/advisories:latest`;

    expect(await bulkhead('db', 'import', place, '--db', db)).toMatchObject({ code: 0 });
    const wrong = await bulkhead('db', 'import', place, '--db', db, '--digest', `sha256:${'0'.repeat(64)}`);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('its digest is sha256:') });
    expect(advisories()).toEqual(['GHSA-1']);
  });

  it('stays what it was where the registry has something else, or nothing', async () => {
    await publish('GHSA-1');
    await bulkhead('db', 'update', '--from', `oci://${registry.host}/security/advisories:latest`, '--db', db);
    await registry.push('apps/shop', '1', { a: 'b' });
    const noDatabase = {
      artifactType: ARTIFACT_TYPE,
      mediaType: LAYER_MEDIA_TYPE,
      content: Buffer.from('no database'),
    };
    await registry.pushArtifact('security/broken', '1', noDatabase);

    for (const [reference, why] of [
      [`${registry.host}/apps/shop:1`, 'it holds application/vnd.oci.image.layer.v1.tar'],
      [`${registry.host}/security/broken:1`, 'it is no SQLite database; check that it is the right file'],
      [`${registry.host}/security/advisories:none`, ''],
      ['127.0.0.1:1/security/advisories:1', ''],
    ] as const) {
      const { code, stdout, stderr } = await bulkhead('db', 'update', '--from', `oci://${reference}`, '--db', db);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^error: [^\n]+; [^\n]+\n$/);
      expect(stderr).toContain(why);
      expect(advisories()).toEqual(['GHSA-1']);
    }
  });

  it('is no feed among others', async () => {
    const { code, stderr } = await bulkhead('db', 'update', '--from', 'oci://a.example.org/b', '/srv/osv', '--db', db);

    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('name it alone') });
  });

  it('is not pushed by a name that is none, nor without a database, nor where nobody may', async () => {
    await publish('GHSA-1');
    const built = join(folder, 'GHSA-1', 'advisories.db');
    for (const [reference, database, why] of [
      ['No Reference', built, 'no reference'],
      [`${registry.host}/a/b@sha256:${'0'.repeat(64)}`, built, 'names a digest'],
      ['127.0.0.1:1/a/b:1', built, 'nothing listens there'],
      [`${registry.host}/a/b:1`, join(folder, 'none.db'), 'there is no such file'],
    ] as const) {
      const { code, stdout, stderr } = await bulkhead('db', 'push', reference, '--db', database);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
      expect(stderr).toContain(why);
    }
  });

  /** Builds a database with one advisory and pushes it; gives the file's digest. */
  async function publish(id: string): Promise<string> {
    const made = join(folder, id);
    await mkdir(join(made, 'npm'), { recursive: true });
    const affected = [{ package: { ecosystem: 'npm', name: 'shop' }, versions: ['1.0.0'] }];
    writeFileSync(join(made, `${id}.json`), JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected }));
    await runProgram('python3', ['-m', 'zipfile', '-c', join(made, 'npm', 'all.zip'), join(made, `${id}.json`)]);
    const built = join(made, 'advisories.db');
    expect(await bulkhead('db', 'build', '--from', made, '--output', built)).toMatchObject({ code: 0 });
    const place = `oci://${registry.host}/security/advisories:latest`;
    const pushed = await bulkhead('db', 'push', place, '--db', built, '--format', 'json');
    expect(pushed).toMatchObject({ code: 0, stderr: '' });
    const { name, layer } = JSON.parse(pushed.stdout) as {
      readonly name: string;
      readonly layer: { readonly digest: string };
    };
    expect(name).toBe(place.slice('oci://'.length));
    return layer.digest;
  }

  function advisories(): readonly string[] {
    using database = AdvisoryDatabase.open(db);
    return database.affecting('npm', 'shop').map(({ advisory }) => advisory);
  }
});

async function bulkhead(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await run(words, { stdout, stderr, signal: new AbortController().signal }, 'test');
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}
