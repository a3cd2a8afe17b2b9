import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import { databasePath } from './database-path.ts';

const SHARED = fileURLToPath(new URL('../../../../../shared/data/osv', import.meta.url));
const SKIPPED = existsSync(SHARED) ? undefined : `${SHARED} is absent`;

let folder: string;
let db: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-cli-db-'));
  db = join(folder, 'advisories.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('db', () => {
  it('says what is missing and how to get it', async () => {
    expect(await bulkhead('db', 'info', '--db', db)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: cannot open the advisory database "${db}": there is no such file; build one with "bulkhead db build" or name another with --db\n`,
    });
  });

  it.each([
    [['db', 'build'], "required option '--from <place...>' not specified"],
    [['db', 'import', 'x', '--digest', 'sha256:1'], 'it must be "sha256:" and 64 hexadecimal digits'],
    [['db', 'build', '--from', 'ftp://example.org', '--output', 'x'], 'neither a path nor an address'],
    [['db', 'build', '--from', '/nonexistent', '--output', 'x'], 'there is no such folder'],
  ])('refuses %j in one line', async (args, message) => {
    const { code, stdout, stderr } = await bulkhead(...args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]*; [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});

describe.skipIf(SKIPPED)(`db with real feeds ${SKIPPED ?? ''}`, () => {
  it('builds, updates, moves and describes a database', async () => {
    const bucket = join(folder, 'bucket');
    cpSync(join(SHARED, 'Go'), join(bucket, 'Go'), { recursive: true });
    writeFileSync(
      join(folder, 'epss.csv'),
      '#model_version:v1,score_date:2026-08-31T00:00:00Z\nCVE-2024-1000,0.5,0.9\n',
    );

    const built = await bulkhead('db', 'build', '--from', bucket, '--output', db, '--epss', join(folder, 'epss.csv'));
    expect(built).toMatchObject({ code: 0, stderr: expect.stringMatching(/^built 4,274 advisories in [\d.]+ s\n$/) });
    expect(built.stdout).toMatch(/^Go +4,274 +17 +0 +0 +not stated .*CC-BY-4.0 /m);
    expect(built.stdout).toMatch(/^EPSS +1 +0 +0 +0 +2026-08-31 \(.*cite FIRST/m);

    const info = await bulkhead('db', 'info', '--db', db, '--verify', '--format', 'json');
    expect(JSON.parse(info.stdout)).toMatchObject({ schemaVersion: 1, schema: 1, advisories: 4274, packages: 1367 });

    const updated = await bulkhead('db', 'update', '--db', db, '--format', 'json');
    expect(updated.code).toBe(0);
    expect(JSON.parse(updated.stdout)).toMatchObject({
      sources: [{ name: 'Go', outcome: 'current' }, { name: 'EPSS' }],
    });

    const packed = join(folder, 'advisories.db.zst');
    const exported = await bulkhead('db', 'export', '--db', db, '--output', packed);
    const { digest } = JSON.parse(exported.stdout) as { digest: string };
    const elsewhere = join(folder, 'elsewhere.db');
    const imported = await bulkhead('db', 'import', packed, '--db', elsewhere, '--digest', digest);
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^advisories +4,274$/m) });
  });

  it('exits with failure, and says how old the data stays, when a feed cannot be reached', async () => {
    const bucket = join(folder, 'bucket');
    cpSync(join(SHARED, 'Go'), join(bucket, 'Go'), { recursive: true });
    await bulkhead('db', 'build', '--from', bucket, '--output', db);
    await using server = await refuseAll();

    const { code, stdout, stderr } = await bulkhead('db', 'update', '--db', db, '--from', server.url);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^Go +failed$/m);
    expect(stderr).toMatch(
      /^error: Go stays as old as it is: cannot fetch "http.*: the server answered 403 Forbidden; /m,
    );
    expect((await bulkhead('db', 'info', '--db', db)).code).toBe(0);
  });
});

describe('databasePath', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/var/cache' }, /^\/var\/cache\/bulkhead\/advisories\.db$/],
    [{ XDG_CACHE_HOME: 'relative' }, /\/\.cache\/bulkhead\/advisories\.db$/],
    [{}, /\/\.cache\/bulkhead\/advisories\.db$/],
  ])('is in the cache folder that %j names', (env, path) => {
    expect(databasePath(env)).toMatch(path);
  });
});

async function refuseAll(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, response) => response.writeHead(403).end());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function bulkhead(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await run(args, { stdout, stderr, signal: new AbortController().signal }, '1.2.3');
  stdout.end();
  stderr.end();
  return { code, stdout: (await stdout.toArray()).join(''), stderr: (await stderr.toArray()).join('') };
}
