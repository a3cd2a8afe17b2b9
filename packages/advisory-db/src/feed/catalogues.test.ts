import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseOf } from '../test-support/build.ts';
import { osvRecord } from '../test-support/osv.ts';
import type { Catalogues } from './catalogues.ts';
import { fileResource } from './resource.ts';

const EPSS = `#model_version:v2025.03.14,score_date:2026-08-31T12:55:00Z
cve,epss,percentile
CVE-2026-1000,0.00043,0.1245
CVE-2026-1001,1.2,0.5
CVE-2026-1002,0.97411,0.99991
`;
const RECORDS = { Go: [osvRecord('GO-1')] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-catalogues-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the catalogues of a database', () => {
  it.each([
    ['compressed', gzipSync(EPSS)],
    ['plain', EPSS],
  ])('have the scores of a %s EPSS file with their day', async (_, content) => {
    using database = await build({ epss: file('epss.csv', content) });

    expect(database.epss('CVE-2026-1002')).toEqual({
      probability: 0.97411,
      percentile: 0.99991,
      date: '2026-08-31T12:55:00Z',
    });
    expect(database.epss('CVE-2026-1001')).toBeUndefined();
    expect(database.summary().sources).toContainEqual(
      expect.objectContaining({
        name: 'EPSS',
        records: 2,
        rejections: [{ record: 'line 4', reason: expect.stringMatching(/from 0 to 1/) }],
      }),
    );
  });

  it('have the entries of the KEV catalogue', async () => {
    const vulnerabilities = [
      { cveID: 'CVE-2026-1000', dateAdded: '2026-08-01', dueDate: '2026-08-22', knownRansomwareCampaignUse: 'Known' },
      { cveID: 'CVE-2026-1001', dateAdded: '2026-08-02', knownRansomwareCampaignUse: 'Unknown' },
      { cveID: 'CVE-2026-1002', dateAdded: 'soon' },
    ];
    const kev = file('kev.json', JSON.stringify({ dateReleased: '2026-08-30T00:00:00Z', vulnerabilities }));
    using database = await build({ kev });

    expect(database.kev('CVE-2026-1000')).toEqual({ dateAdded: '2026-08-01', dueDate: '2026-08-22', ransomware: true });
    expect(database.kev('CVE-2026-1001')).toEqual({ dateAdded: '2026-08-02', ransomware: false });
    expect(database.kev('CVE-2026-1002')).toBeUndefined();
    expect(database.summary().sources).toContainEqual(
      expect.objectContaining({ name: 'KEV', records: 2, rejected: 1 }),
    );
  });

  it('have each statement of an OpenVEX document under every name of its vulnerability', async () => {
    const statement = {
      vulnerability: { name: 'https://example.org/CVE-2026-1000', aliases: ['GHSA-1'] },
      products: [{ '@id': 'pkg:oci/shop' }],
      status: 'not_affected',
      justification: 'component_not_present',
    };
    const document = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.org/vex/1',
      author: 'Shop',
      timestamp: '2026-08-01T00:00:00Z',
      version: 1,
    };
    // The status of the second is not known, and the third does not say why.
    const { justification: _, ...unjustified } = statement;
    const statements = [statement, { ...statement, status: 'maybe' }, unjustified];
    using database = await build({ vex: [file('vex.json', JSON.stringify({ ...document, statements }))] });

    expect(database.statements('GHSA-1')).toEqual([
      { ...document, statements: [{ '@id': 'https://example.org/vex/1#1', ...statement }] },
    ]);
    expect(database.statements('CVE-2026-1000')).toHaveLength(1);
    expect(database.statements('CVE-2026-1')).toEqual([]);
    expect(database.summary().sources).toContainEqual(
      expect.objectContaining({ name: 'OpenVEX', records: 1, rejected: 2 }),
    );
  });

  it.each([
    ['EPSS that is cut short', { epss: gzipSync(EPSS.repeat(100)).subarray(0, 200) }, /unexpected end/],
    ['EPSS without its first line', { epss: 'cve,epss,percentile\n' }, /first line/],
    ['EPSS of one endless line', { epss: 'x'.repeat(100_000) }, /more than 512/],
    ['an empty EPSS file', { epss: '' }, /empty/],
    ['KEV that is no JSON', { kev: '<html>' }, /no JSON/],
    ['KEV of another form', { kev: '{"vulnerabilities":{}}' }, /./],
    ['VEX of another form', { vex: '{"document":{"category":"csaf_vex"}}' }, /openvex|@context/i],
  ])('are refused for %s', async (_, content: { epss?: string | Buffer; kev?: string; vex?: string }, why) => {
    const catalogues = {
      ...(content.epss !== undefined && { epss: file('epss', content.epss) }),
      ...(content.kev !== undefined && { kev: file('kev', content.kev) }),
      ...(content.vex !== undefined && { vex: [file('vex', content.vex)] }),
    };

    await expect(build(catalogues)).rejects.toMatchObject({ code: 'FEED_INVALID', why: expect.stringMatching(why) });
  });

  it('are refused where there is no such file', async () => {
    await expect(build({ kev: fileResource(join(folder, 'absent')) })).rejects.toMatchObject({
      code: 'FEED_UNREACHABLE',
      message: expect.stringMatching(/no such file/),
    });
  });
});

function build(catalogues: Catalogues): ReturnType<typeof databaseOf> {
  return databaseOf(folder, RECORDS, { catalogues });
}

function file(name: string, content: string | Uint8Array): ReturnType<typeof fileResource> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return fileResource(path);
}
