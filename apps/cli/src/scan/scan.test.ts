import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { REPORT_FORMATS } from '@bulkhead/scanner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import { zipOf } from '../testing/zip.ts';
import { createdAt } from './created-at.ts';
import { FORMATS } from './options.ts';

let folder: string;
let sbom: string;
let db: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-scan-'));
  sbom = write('sbom.json', {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: [
      { type: 'library', name: 'net', version: 'v0.1.0', purl: 'pkg:golang/example.com/net@v0.1.0' },
      { type: 'library', name: 'old', version: 'v0.1.0', purl: 'pkg:golang/example.com/old@v0.1.0' },
    ],
  });
  db = join(folder, 'advisories.db');
  mkdirSync(join(folder, 'osv', 'Go'), { recursive: true });
  const records = [
    advisory('GO-1', 'CVE-2024-0001', 'example.com/net', '0.2.0'),
    advisory('GO-2', 'CVE-2024-0002', 'example.com/old'),
  ];
  const files = records.map((record) => [`${record.id}.json`, JSON.stringify(record)] as const);
  writeFileSync(join(folder, 'osv', 'Go', 'all.zip'), zipOf(Object.fromEntries(files)));
  await buildDatabase({
    output: db,
    from: [new FolderBucket(join(folder, 'osv'))],
    catalogues: {},
    clock: systemClock,
    signal: new AbortController().signal,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bulkhead sbom', () => {
  it('writes the report to standard output and says on standard error what it is', async () => {
    const { code, stdout, stderr } = await scan();

    expect(code).toBe(0);
    expect(stdout).toContain('CVE-2024-0001');
    expect(stderr).toMatch(
      /^scanned ".*sbom\.json": 2 packages, 2 findings, advisories of today, the newest of them [\d,]+ days old\n$/,
    );
  });

  it.each([
    [['--exit-code', '3'], 3],
    [['--exit-code', '3', '--ignore-unfixed'], 3],
    [['--exit-code', '3', '--severity', 'critical'], 0],
    [[], 0],
  ])('exits by what counts: %j', async (args, code) => {
    expect((await scan(...args)).code).toBe(code);
  });

  it('exits with 0 when statements suppress everything, and shows them', async () => {
    const vex = write('vex.json', {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.com/vex',
      timestamp: '2024-01-01T00:00:00Z',
      statements: [
        {
          vulnerability: { name: 'CVE-2024-0001' },
          products: [{ '@id': 'pkg:golang/example.com/net' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_present',
        },
      ],
    });
    const ignored = write('.trivyignore', 'CVE-2024-0002 # accepted\nCVE-2020-1 exp:2021-01-01\n');

    const { code, stdout, stderr } = await scan('--exit-code', '3', '--vex', vex, '--ignorefile', ignored);

    expect(code).toBe(0);
    expect(stdout).toContain('SUPPRESSED (2)');
    expect(stdout).toContain('https://example.com/vex#1: vulnerable_code_not_present');
    expect(stderr).toContain(`${ignored}:2: the entry for CVE-2020-1 has expired`);
  });

  it('never exits with 0 when something could not be looked at, unless that is allowed', async () => {
    const partial = write('partial.json', {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [{ type: 'library', name: 'mystery', version: '1' }],
    });

    expect((await bulkhead('sbom', partial, '--db', db)).code).toBe(1);
    expect((await bulkhead('sbom', partial, '--db', db, '--exit-code', '3')).code).toBe(1);
    expect((await bulkhead('sbom', partial, '--db', db, '--allow-partial')).code).toBe(0);
  });

  it.each(FORMATS.filter((format) => format !== 'template'))('writes the same %s twice', async (format) => {
    const first = await scan('--format', format);

    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).not.toBe('');
    expect((await scan('--format', format)).stdout).toBe(first.stdout);
  });

  it('writes through a template', async () => {
    const template = write('t.txt', '{{#findings}}{{id}}={{package.name}} {{/findings}}');

    expect((await scan('--format', 'template', '--template', template)).stdout).toBe(
      'CVE-2024-0001=net CVE-2024-0002=old ',
    );
  });

  it('explains a vulnerability, and says so of one that is not there', async () => {
    expect((await scan('--explain', 'cve-2024-0001')).stdout).toMatch(/compared version +v?0\.1\.0/);
    expect((await scan('--explain', 'CVE-1999-1')).stdout).toContain('CVE-1999-1 was not found in');
  });

  it('makes an SBOM without a database, and nothing else', async () => {
    const gone = join(folder, 'gone.db');
    const made = await bulkhead('sbom', sbom, '--db', gone, '--format', 'spdx-json');

    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('vulnerabilities: not looked for') });
    expect(await bulkhead('sbom', sbom, '--db', gone)).toMatchObject({ code: 1, stdout: '' });
  });

  it('writes a file whole or not at all', async () => {
    const output = join(folder, 'report.json');
    const ok = await scan('--format', 'json', '--output', output);

    expect(ok).toMatchObject({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ schemaVersion: 1 });
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await scan('--output', join(folder, 'no', 'report.json'))).toMatchObject({ code: 1, stdout: '' });
    expect(await scan('--output', '/dev/full')).toMatchObject({ code: 1 });
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });

  it.each([
    [['--format', 'template'], 'name one with --template'],
    [['--template', 'x'], 'add --format template'],
    [['--severity', 'awful'], 'it must be some of unknown, negligible, low, medium, high, critical'],
    [['--scanners', 'vuln,cats'], 'it must be some of vuln, secret, misconfig'],
    [['--exit-code', '1.5'], 'a whole number'],
    [['--vex', '/nowhere'], 'there is no such file'],
    [['--db', '/nowhere'], 'db build'],
  ])('refuses %j in one line that says what to do', async (args, message) => {
    const { code, stdout, stderr } = await scan(...args);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});

describe('the formats', () => {
  it('are those of the scanner', () => {
    expect(FORMATS).toEqual(REPORT_FORMATS);
  });
});

describe('createdAt', () => {
  it('is what SOURCE_DATE_EPOCH says, else now', () => {
    expect(createdAt({ SOURCE_DATE_EPOCH: '1700000000' })).toBe(1_700_000_000_000);
    expect(createdAt({}, { now: () => 7 })).toBe(7);
    expect(createdAt({ SOURCE_DATE_EPOCH: '' }, { now: () => 7 })).toBe(7);
  });

  it.each(['yesterday', '-1', '1.5', '999999999999'])('refuses %s', (text) => {
    expect(() => createdAt({ SOURCE_DATE_EPOCH: text })).toThrow('SOURCE_DATE_EPOCH is');
  });
});

function scan(...args: readonly string[]) {
  const database = args.includes('--db') ? [] : ['--db', db];
  return bulkhead('sbom', sbom, ...database, ...args);
}

async function bulkhead(...args: readonly string[]) {
  const stdout = new PassThrough({ encoding: 'utf8', highWaterMark: 1 << 26 });
  const stderr = new PassThrough({ encoding: 'utf8', highWaterMark: 1 << 26 });
  const before = process.env['SOURCE_DATE_EPOCH'];
  process.env['SOURCE_DATE_EPOCH'] = '1700000000';
  try {
    const code = await run(args, { stdout, stderr, signal: new AbortController().signal }, '1.2.3');
    return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
  } finally {
    if (before === undefined) delete process.env['SOURCE_DATE_EPOCH'];
    else process.env['SOURCE_DATE_EPOCH'] = before;
  }
}

function write(name: string, content: object | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function advisory(id: string, alias: string, name: string, fixed?: string) {
  return {
    schema_version: '1.7.0',
    id,
    aliases: [alias],
    modified: '2024-01-01T00:00:00Z',
    published: '2024-01-01T00:00:00Z',
    summary: `something about ${name}`,
    affected: [
      {
        package: { ecosystem: 'Go', name },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])] }],
      },
    ],
  };
}
