import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import { type RegistryServer, registryMissing, startRegistry } from '@bulkhead/lab';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../run.ts';

const missing = registryMissing();
if (missing !== undefined) process.stderr.write(`registry scan is not tested: ${missing}\n`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-registry-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('bulkhead registry', () => {
  it('adds, lists and removes', async () => {
    expect(
      await bulkhead('add', 'hub', 'registry.example:5000', '--repository', 'shop/*', '--exclude-tag', '*-rc*'),
    ).toMatchObject({ code: 0, stderr: '' });
    expect((await bulkhead('list')).stdout).toMatch(/hub +registry\.example:5000 +shop\/\* +\* !\*-rc\* +linux\/amd64/);
    expect(JSON.parse((await bulkhead('list', '--format', 'json')).stdout)).toMatchObject({
      schemaVersion: 1,
      registries: [{ name: 'hub', repositories: { include: ['shop/*'] } }],
    });
    expect((await bulkhead('status', 'hub')).stdout).toMatch(/hub .* never/);

    expect(await bulkhead('remove', 'hub')).toMatchObject({ code: 0 });
    expect((await bulkhead('list')).stdout).not.toContain('hub');
  });

  it.each([
    [['add', 'Hub', 'registry.example'], 'lower-case letters'],
    [['add', 'hub', 'https://registry.example'], 'HOST or HOST:PORT'],
    [['add', 'hub', 'registry.example', '--platform', 'amd64'], 'OS/ARCHITECTURE'],
    [['add', 'hub', 'registry.example', '--username', 'ci'], '--password-file'],
    [['remove', 'gone'], 'there is no registry "gone"'],
    [['scan', 'gone'], 'there is no registry "gone"'],
    [['status', 'gone'], 'there is no registry "gone"'],
  ])('refuses %j in one line', async (args, message) => {
    const { code, stdout, stderr } = await bulkhead(...args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });

  it.each([
    [['--scanners', 'vuln'], 'scan.scanners'],
    [['--concurrency', '2'], 'scan.concurrency'],
    [['--db', 'other.db'], 'advisories.database'],
  ])('refuses %j where workers decide it', async (args, setting) => {
    const config = join(folder, 'worker.json');
    writeFileSync(config, JSON.stringify({ store: { file: join(folder, 'store.db') }, redis: { port: 1 } }));
    await bulkhead('add', 'hub', 'registry.example');

    const { code, stdout, stderr } = await bulkhead('scan', 'hub', '--config', config, ...args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: --\w+ cannot be given here: [^\n]*\n$/);
    expect(stderr).toContain(setting);
  });

  it('keeps the path of a password and never the password', async () => {
    await bulkhead('add', 'hub', 'registry.example', '--username', 'ci', '--password-file', '/run/secrets/hub');

    expect(JSON.parse((await bulkhead('list', '--format', 'json')).stdout)).toMatchObject({
      registries: [{ username: 'ci', passwordFile: '/run/secrets/hub' }],
    });
    expect((await bulkhead('add', 'hub', 'other.example')).stderr).toContain('there is one of this name');
  });
});

describe.skipIf(missing !== undefined)('bulkhead registry scan', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistry();
  });
  afterAll(() => server.remove());

  it('scans what is new, and says what newer advisories change', async () => {
    await server.push('shop/web', '1', debian('openssl', '3.0.1-1'));
    await server.push('shop/api', '1', debian('openssl', '3.0.9-1'));
    const db = await database('DSA-1', 'zlib', '9');
    await bulkhead('add', 'lab', server.host, '--insecure');

    const first = await bulkhead('scan', 'lab', '--db', db, '--format', 'json');
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toMatchObject({
      images: 2,
      requested: 2,
      scanned: [{ status: 'complete' }, { status: 'complete' }],
      failed: [],
    });
    expect((await bulkhead('scan', 'lab', '--db', db)).stdout).toContain('known before 2');

    await database('DSA-2', 'openssl', '3.0.5-1');
    const again = await bulkhead('rescan', '--db', db);

    expect(again.stdout).toMatch(
      /^1 image newly affected, 0 no longer\n\+ sha256:[0-9a-f]{64} DSA-2 openssl 3\.0\.1-1\n$/,
    );
    expect((await bulkhead('rescan', '--db', db)).stdout).toBe('0 images newly affected, 0 no longer\n');
    expect((await bulkhead('status', '--format', 'json')).stdout).toContain('"complete": 2');
  });

  it('judges all others where what is kept of one image is damaged, and says so', async () => {
    for (const [at, version] of ['3.0.1-1', '3.0.2-1'].entries()) {
      await server.push(`damaged/${at}`, '1', debian('openssl', version));
    }
    const db = await database('DSA-1', 'zlib', '9');
    await bulkhead('add', 'lab', server.host, '--insecure', '--repository', 'damaged/*');
    await bulkhead('scan', 'lab', '--db', db);
    const store = new DatabaseSync(join(folder, 'store.db'));
    store.exec("update scan set inventory = x'09' where image_id = (select min(image_id) from scan)");
    store.close();

    await database('DSA-2', 'openssl', '3.0.5-1');
    const { code, stdout, stderr } = await bulkhead('rescan', '--db', db);

    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(/^1 image newly affected/) });
    expect(stderr).toMatch(/^error: sha256:[0-9a-f]{64}: a stored document cannot be read: [^\n]*\n$/);
  });

  it('looks for secrets unless told otherwise', async () => {
    const key = ['sk_', 'live_4eC39HqLyjWDarjtT1zdp7dc'].join('');
    await server.push('leaky/web', '1', { ...debian('zlib', '1.0'), 'app/.env': `STRIPE=${key}\n` });
    const db = await database('DSA-1', 'openssl', '9');
    await bulkhead('add', 'lab', server.host, '--insecure', '--repository', 'leaky/web');

    expect((await bulkhead('scan', 'lab', '--db', db, '--scanners', 'vuln')).stdout).toContain('0 with secrets');
    const { stdout } = await bulkhead('scan', 'lab', '--db', db);

    expect(stdout).toContain('scanned 1 (0 partial), known before 0, failed 0; 0 affected, 1 with secrets');
    expect((await bulkhead('status', '--format', 'json')).stdout).toContain('"secrets": 1');
    expect((await bulkhead('scan', 'lab', '--db', db, '--scanners', 'secret')).stderr).toContain('it must have vuln');
  });

  it('says that a registry cannot be reached', async () => {
    const db = await database('DSA-1', 'zlib', '9');
    await bulkhead('add', 'down', '127.0.0.1:1', '--insecure');

    const { code, stdout, stderr } = await bulkhead('scan', 'down', '--db', db);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  });
});

async function database(id: string, name: string, fixed: string): Promise<string> {
  const output = join(folder, 'advisories.db');
  const feed = writeBucket(join(folder, `feed-${id}`), {
    Debian: [osvRecord(id, { affected: [affected('Debian:12', name, fixed)] })],
  });
  await buildDatabase({
    output,
    from: [new FolderBucket(feed)],
    clock: systemClock,
    signal: new AbortController().signal,
  });
  return output;
}

function debian(name: string, version: string): Record<string, string> {
  return {
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status': `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
  };
}

async function bulkhead(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const words = ['registry', ...args, '--store', join(folder, 'store.db')];
  const code = await run(words, { stdout, stderr, signal: new AbortController().signal }, '1.2.3');
  stdout.end();
  stderr.end();
  return { code, stdout: (await stdout.toArray()).join(''), stderr: (await stderr.toArray()).join('') };
}
