import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';

/** What is wrong with the vulnerable image, and what fixes it. */
export const VULNERABILITY = { id: 'CVE-2026-4711', package: 'openssl', vulnerable: '3.0.1-1', fixed: '3.0.5-1' };

/** A feed of advisories with the layout of the OSV bucket: its files in base64, by their path. */
export async function advisoryFeed(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-e2e-feed-'));
  try {
    const record = osvRecord('DSA-4711-1', {
      aliases: [VULNERABILITY.id],
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
      affected: [affected('Debian:12', VULNERABILITY.package, VULNERABILITY.fixed)],
    });
    writeBucket(folder, { Debian: [record] });
    const files = globSync('{*,*/*}.{txt,zip,json,csv}', { cwd: folder });
    return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'base64')]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
