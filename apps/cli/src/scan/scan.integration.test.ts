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
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';
import { zipOf } from '../testing/zip.ts';

const IMAGES = fileURLToPath(new URL('../../../../../shared/data/images/', import.meta.url));
const SKIPPED = existsSync(IMAGES) ? undefined : `${IMAGES} is absent`;
const ALPINE = join(IMAGES, 'containerd-archives-alpine.tar');

let folder: string;
let db: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-scan-it-'));
  db = join(folder, 'advisories.db');
  const records = [
    advisory('ALPINE-CVE-2022-0001', 'Alpine:v3.14', 'busybox', '1.33.1-r9'),
    advisory('DEBIAN-CVE-2022-0002', 'Debian:12', 'openssl', '3.0.12-1'),
  ];
  for (const [name, record] of [['Alpine', records[0]] as const, ['Debian', records[1]] as const]) {
    mkdirSync(join(folder, 'osv', name), { recursive: true });
    writeFileSync(join(folder, 'osv', name, 'all.zip'), zipOf({ 'record.json': JSON.stringify(record) }));
  }
  await buildDatabase({
    output: db,
    from: [new FolderBucket(join(folder, 'osv'))],
    catalogues: {},
    clock: systemClock,
    signal: new AbortController().signal,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(SKIPPED)(`bulkhead image on real images ${SKIPPED ?? ''}`, () => {
  it('finds what is wrong with an old Alpine, and says that it is past its end', () => {
    const { status, stdout, stderr } = image('--input', ALPINE, '--exit-on-eol', '4');

    expect(status).toBe(4);
    expect(stdout).toMatch(/^docker\.io\/library\/alpine:3\.14 \(Alpine Linux v3\.14\): 14 packages\nEND OF LIFE: /);
    expect(stdout).toMatch(/^ +CVE-2022-0001 +busybox +1\.33\.1-r8 +1\.33\.1-r9 /m);
    expect(stderr).toContain('advisories of today');
    expect(stderr).toContain(', past its end of life');
    expect(image('--input', ALPINE).status).toBe(0);
    expect(image('--input', ALPINE, '--exit-code', '3').status).toBe(3);
  });

  it.each(SKIPPED === undefined ? readdirSync(IMAGES) : [])(
    'reads %s without a gap, and says where it could not compare digests',
    (name) => {
      const scan = (...args: string[]) =>
        image('--input', join(IMAGES, name), '--scanners', 'secret', '--format', 'json', ...args);
      const edited = /save-java|nginx/.test(name);
      const { status, stdout, stderr } = scan(...(edited ? ['--allow-wrong-digests'] : []));

      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'complete', gaps: [] });
      expect(stderr.startsWith('note: layers are not compared')).toBe(edited);
    },
  );

  it('points SARIF at the line of the Dockerfile that brought the layer', () => {
    const dockerfile = join(folder, 'Dockerfile');
    writeFileSync(dockerfile, '# an image from nothing\nFROM scratch\nADD rootfs.tar.xz /\nCMD ["/bin/sh"]\n');
    const { stdout } = image('--input', ALPINE, '--format', 'sarif', '--dockerfile', dockerfile);
    const [run] = (JSON.parse(stdout) as { runs: { results: { locations: object[] }[] }[] }).runs;

    expect(run?.results[0]?.locations[0]).toMatchObject({
      physicalLocation: { artifactLocation: { uri: expect.stringContaining('Dockerfile') }, region: { startLine: 3 } },
    });
  });

  it('gives the same report from the image and from the SBOM it wrote', () => {
    const sbom = join(folder, 'alpine.cdx.json');
    image('--input', ALPINE, '--format', 'cyclonedx', '--output', sbom);
    const findings = (text: string): object[] => (JSON.parse(text) as { findings: object[] }).findings;

    const again = bulkhead(['sbom', sbom, '--db', db, '--format', 'json']).stdout;

    expect(findings(again)).toEqual(findings(image('--input', ALPINE, '--format', 'json').stdout));
    expect(findings(again)).not.toEqual([]);
  });

  it('remembers layers, and finds the same in them', () => {
    const cache = join(folder, 'cache');
    const scan = () => image('--input', ALPINE, '--format', 'json', '--cache-dir', cache);
    const first = scan();

    expect(readdirSync(cache).length).toBeGreaterThan(0);
    expect(scan().stdout).toBe(first.stdout);
  });

  it('refuses a corrupt layer in one line, and writes nothing', () => {
    const broken = join(folder, 'broken.tar');
    const bytes = readFileSync(ALPINE);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 0xff, middle);
    writeFileSync(broken, bytes);
    const output = join(folder, 'broken.json');

    expectRefusal(image('--input', broken, '--format', 'json', '--output', output), /corrupt|digest|damaged/);
    expect(existsSync(output)).toBe(false);
  });

  it('refuses a broken or newer database in one line, and leaves it as it is', () => {
    const truncated = join(folder, 'truncated.db');
    writeFileSync(truncated, readFileSync(db).subarray(0, 5000));
    const newer = join(folder, 'of-another-version.db');
    copyFileSync(db, newer);
    const database = new DatabaseSync(newer);
    database.exec('PRAGMA user_version = 9999');
    database.close();
    const before = readFileSync(newer);

    expectRefusal(
      bulkhead(['image', '--input', ALPINE, '--db', truncated]),
      /cannot (open|read) the advisory database/,
    );
    expectRefusal(bulkhead(['image', '--input', ALPINE, '--db', newer]), /knows schemas up to/);
    expect(readFileSync(newer)).toEqual(before);
  });

  it('ends in one line when the disk is full, and keeps the report that was there', () => {
    expectRefusal(image('--input', ALPINE, '--format', 'json', '--output', '/dev/full'), /the disk is full/);
    const small = join(folder, 'small');
    mkdirSync(small);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small]).status !== 0) {
      process.stderr.write('skipped: a full disk: tmpfs cannot be mounted here\n');
      return;
    }
    try {
      const output = join(small, 'report.json');
      writeFileSync(output, 'the one before');
      writeFileSync(join(small, 'what else is there'), Buffer.alloc(12 * 1024));
      const result = image(
        '--input',
        ALPINE,
        '--format',
        'html',
        '--list-all-pkgs',
        '--output',
        output,
        '--cache-dir',
        small,
      );

      expectRefusal(result, /the disk is full/);
      expect(readFileSync(output, 'utf8')).toBe('the one before');
      expect(readdirSync(small).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});

describe('bulkhead image on registries', () => {
  it('ends in one line when nobody answers, or when the credentials are refused', async () => {
    expect.hasAssertions();
    const server = createServer((_, answer) => {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const refused = await spawned(['image', `127.0.0.1:${port}/shop:1`, '--db', db]);
      expectRefusal(refused, /denied|credentials|log ?in|authenticat/i);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expectRefusal(bulkhead(['image', `127.0.0.1:${port}/shop:1`, '--db', db]), /cannot be reached/);
    expectRefusal(bulkhead(['image', 'shop:1', '--offline', '--db', db]), /--offline allows no network/);
  });
});

describe('bulkhead rootfs and fs', () => {
  it('judge what is installed in an unpacked system', () => {
    const root = join(folder, 'root');
    mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n');
    writeFileSync(
      join(root, 'var/lib/dpkg/status'),
      'Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.11-1\n\n',
    );
    const { status, stdout } = bulkhead(['rootfs', root, '--db', db, '--exit-code', '3']);

    expect(status).toBe(3);
    expect(stdout).toMatch(/CVE-2022-0002 +libssl3 +3\.0\.11-1 +3\.0\.12-1/);
  });

  it('find misconfigurations and secrets in sources, below the folder’s own name', () => {
    mkdirSync(join(folder, 'sources'));
    writeFileSync(join(folder, 'sources', 'Dockerfile'), 'FROM debian:latest\n');
    const key = ['-----BEGIN RSA', 'PRIVATE', `KEY-----\n${Buffer.alloc(96, 'Bulkhead').toString('base64')}\n`].join(
      ' ',
    );
    writeFileSync(join(folder, 'sources', 'id_rsa'), `${key}-----END RSA PRIVATE KEY-----\n`);
    const { stdout } = bulkhead(['fs', join(folder, 'sources'), '--db', db, '--format', 'json']);
    const { findings } = JSON.parse(stdout) as { findings: { kind: string; id: string }[] };

    expect(findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['misconfiguration', 'secret']));
    expect(stdout).not.toContain(Buffer.alloc(96, 'Bulkhead').toString('base64'));
  });

  it('refuse what is no folder in one line', () => {
    expect.hasAssertions();
    expectRefusal(bulkhead(['fs', join(folder, 'nowhere'), '--db', db]), /there is no such folder/);
    expectRefusal(bulkhead(['rootfs', db, '--db', db]), /is no folder/);
  });
});

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function image(...args: readonly string[]): Result {
  const cache = args.includes('--cache-dir') ? [] : ['--cache-dir', join(folder, 'layers')];
  return bulkhead(['image', '--db', db, ...cache, ...args]);
}

/** Beside a server of this very process, which a synchronous call would keep from answering. */
async function spawned(args: readonly string[]): Promise<Result> {
  const { run } = await import('../run.ts');
  const { PassThrough } = await import('node:stream');
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const status = await run(args, { stdout, stderr, signal: new AbortController().signal }, '1.2.3');
  return { status, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

function expectRefusal({ status, stdout, stderr }: Result, why: RegExp): void {
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  expect(stderr).toMatch(why);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
}

function advisory(id: string, ecosystem: string, name: string, fixed: string): object {
  return {
    schema_version: '1.7.0',
    id,
    upstream: [id.slice(id.indexOf('CVE'))],
    modified: '2024-01-01T00:00:00Z',
    published: '2024-01-01T00:00:00Z',
    details: `something about ${name}`,
    affected: [
      { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] },
    ],
  };
}
