import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, postgresMissing, startPostgres } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from './testing/bulkhead.ts';
import { zipOf } from './testing/zip.ts';

const SHARED = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const ALPINE = join(SHARED, 'images', 'containerd-archives-alpine.tar');

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-bad-input-'));
const db = join(folder, 'advisories.db');

beforeAll(() => {
  bucket('small', 1);
  const { status, stderr } = bulkhead(['db', 'build', '--from', join(folder, 'small'), '--output', db]);
  if (status !== 0) throw new Error(stderr);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('an SBOM that is none', () => {
  it.each([
    ['csaf.json', '{"document":{"category":"csaf_vex","csaf_version":"2.0"}}', /a CSAF document, which goes to --vex/],
    ['random.json', '{"shop":[1,2,3]}', /neither CycloneDX nor SPDX/],
    ['empty.json', '', /it is empty/],
    ['cut.json', '{"bomFormat":"CycloneDX","specVersion":"1.6","compo', /it is no JSON/],
    ['layer.tar', Buffer.alloc(2048, 'u\u0001\u001b[2J'), /it is no JSON/],
    ['bom.json', '{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}', /"components" are no list/],
  ])('%s is refused in one line', (name, content, why) => {
    expect.hasAssertions();
    const file = join(folder, name);
    writeFileSync(file, content);

    expectRefusal(['sbom', file, '--db', db], why);
  });
});

describe('a full disk', () => {
  const disk = join(folder, 'disk');
  let mounted = false;
  beforeAll(() => {
    mkdirSync(disk);
    mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]).status === 0;
    if (!mounted) process.stderr.write('skipped: a full disk: tmpfs cannot be mounted here\n');
    bucket('large', 4000);
  });
  afterAll(() => {
    if (mounted) spawnSync('umount', [disk]);
  });

  it.each([
    ['db build', ['build', '--output']],
    ['db update', ['update', '--db']],
  ])('%s says so, and the database that was there still works', (_, [verb = '', option = '']) => {
    if (!mounted) return;
    const file = join(disk, 'advisories.db');
    copyFileSync(db, file);
    const before = readFileSync(file);

    expectRefusal(['db', verb, '--from', join(folder, 'large'), option, file], /the disk is full; free some space/);

    expect(readdirSync(disk)).toEqual(['advisories.db']);
    expect(readFileSync(file)).toEqual(before);
    expect(bulkhead(['db', 'info', '--verify', '--db', file]).status).toBe(0);
  });

  it.skipIf(!existsSync(ALPINE))('costs a scan its cache and nothing else', () => {
    if (!mounted) return;
    const cache = join(disk, 'cache');
    mkdirSync(cache);
    // Until nothing more fits.
    spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k']);
    const scan = (place: string): string =>
      bulkhead(['image', '--input', ALPINE, '--db', db, '--format', 'json', '--cache-dir', place]).stdout;

    const stdout = scan(cache);

    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, os: { id: 'alpine' } });
    expect(stdout).toBe(scan(join(folder, 'cache')));
    expect(readdirSync(cache)).toEqual([]);
  });
});

const MISSING = postgresMissing();
if (MISSING !== undefined) process.stderr.write(`skipped: a password of PostgreSQL: ${MISSING}\n`);

describe.skipIf(MISSING)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    // Whoever asks for a password gets one asked: everybody but the tests' own user.
    const rules = join(server.host, 'data', 'pg_hba.conf');
    writeFileSync(rules, `local all ${server.user} trust\nlocal all all scram-sha-256\n`);
    for (const sql of ["create role clerk login password 'right'", 'select pg_reload_conf()']) {
      const place = ['-h', server.host, '-p', String(server.port), '-U', server.user, '-d', 'postgres'];
      const { status, stderr } = spawnSync('psql', [...place, '-c', sql], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }
  });
  afterAll(() => server.remove());

  it('is refused in one line when the password is another, and the line does not tell it', () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'mistaken\n');
    const config = join(folder, 'worker.json');
    const postgres = { host: server.host, port: server.port, user: 'clerk', database: 'postgres', passwordFile };
    writeFileSync(config, JSON.stringify({ store: { postgres } }));

    const stderr = expectRefusal(
      ['registry', 'list', '--config', config],
      /password authentication failed for user "clerk"; check postgres\.user/,
    );

    expect(stderr).not.toContain('mistaken');
  });
});

/** A bucket of Go advisories; the texts of many do not fit on a small disk. */
function bucket(name: string, count: number): void {
  mkdirSync(join(folder, name, 'Go'), { recursive: true });
  const records = Array.from(
    { length: count },
    (_, index) => [`GO-${index}.json`, JSON.stringify(record(index))] as const,
  );
  writeFileSync(join(folder, name, 'Go', 'all.zip'), zipOf(Object.fromEntries(records)));
}

function record(index: number): object {
  const words = Array.from({ length: 40 }, (_, word) => ((index + 1) * (word + 3) * 2_654_435_761).toString(36));
  return {
    schema_version: '1.7.0',
    id: `GO-${index}`,
    modified: '2026-08-15T00:00:00Z',
    summary: words.join(' '),
    affected: [
      {
        package: { ecosystem: 'Go', name: `example.org/${index}` },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: `1.${index}.0` }] }],
      },
    ],
  };
}

/** One line, nothing on standard output, exit code 1; gives the line. */
function expectRefusal(args: readonly string[], why: RegExp): string {
  const { status, stdout, stderr } = bulkhead(args);
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  expect(stderr).not.toMatch(/\p{Cc}(?!$)/u);
  expect(stderr).toMatch(why);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  return stderr;
}
