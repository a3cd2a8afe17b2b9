import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdvisoryDatabase } from '../advisory-database.ts';
import { fileResource } from '../feed/resource.ts';
import { databaseOf, NEVER } from '../test-support/build.ts';
import { affected, osvRecord } from '../test-support/osv.ts';
import { exportDatabase } from './export.ts';
import { importDatabase } from './import.ts';

let folder: string;
let exported: string;
let output: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-transfer-'));
  exported = join(folder, 'advisories.db.zst');
  output = join(folder, 'elsewhere', 'advisories.db');
  (await databaseOf(folder, { npm: [osvRecord('GHSA-1', { affected: [affected('npm', 'shop')] })] })).close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const take = (resource: string, digest?: string): ReturnType<typeof importDatabase> =>
  importDatabase({ resource: fileResource(resource), output, signal: NEVER, ...(digest !== undefined && { digest }) });

describe('exportDatabase and importDatabase', () => {
  it('carry a database to another place', async () => {
    const artifact = await exportDatabase(join(folder, 'advisories.db'), exported, NEVER);
    const bytes = readFileSync(exported);

    expect(artifact).toEqual({
      artifactType: 'application/vnd.bulkhead.advisory-db.v1',
      mediaType: 'application/vnd.bulkhead.advisory-db.v1.sqlite+zstd',
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      size: bytes.length,
      annotations: {
        'org.opencontainers.image.created': '2026-09-01T12:00:00.000Z',
        'io.bulkhead.advisory-db.schema': '1',
      },
    });
    expect(await take(exported, artifact.digest)).toMatchObject({ file: output, advisories: 1 });
    using database = AdvisoryDatabase.open(output);
    expect(database.affecting('npm', 'shop')).toHaveLength(1);
    expect(readdirSync(folder).toSorted()).toEqual(['advisories.db', 'advisories.db.zst', 'bucket', 'elsewhere']);
  });

  it('take a database that is not compressed', async () => {
    expect(await take(join(folder, 'advisories.db'))).toMatchObject({ advisories: 1 });
  });

  it.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ['a file cut short', (bytes) => bytes.subarray(0, -50), /./],
    ['a changed byte', (bytes) => bytes.fill(bytes.readUInt8(500) ^ 1, 500, 501), /./],
    ['something else that is compressed', () => zstdCompressSync('x'.repeat(5000)), /no SQLite database/],
    ['nothing', () => Buffer.alloc(0), /empty/],
  ])('refuse %s, and leave what is there', async (_, damage, why) => {
    await exportDatabase(join(folder, 'advisories.db'), exported, NEVER);
    await take(exported);
    const before = readFileSync(output);
    writeFileSync(exported, damage(readFileSync(exported)));

    await expect(take(exported)).rejects.toMatchObject({
      code: expect.stringMatching(/FEED_INVALID|DB_CORRUPT/),
      why: expect.stringMatching(why),
    });
    expect(readFileSync(output).equals(before)).toBe(true);
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['advisories.db']);
  });

  it('refuse another digest than was promised', async () => {
    await exportDatabase(join(folder, 'advisories.db'), exported, NEVER);

    await expect(take(exported, `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'FEED_INVALID',
      why: expect.stringMatching(/^its digest is sha256:[0-9a-f]{64} and not sha256:0/),
    });
  });

  it('refuse a database with a value that was not written so', async () => {
    const copy = join(folder, 'copy.db');
    copyFileSync(join(folder, 'advisories.db'), copy);
    const bytes = readFileSync(copy);
    const at = bytes.indexOf('f1.2.3');
    bytes.write('f1.2.4', at);
    writeFileSync(copy, bytes);

    await expect(take(copy)).rejects.toMatchObject({ code: 'DB_CORRUPT', why: expect.stringMatching(/npm/) });
  });
});
