import { stat } from 'node:fs/promises';
import type { AdvisoryDatabase } from '@bulkhead/advisory-db';
import type { Io } from '../io.ts';
import type { ScanCommandOptions } from './options.ts';

/** These list packages first of all: without a database they still do that. */
const INVENTORIES: ReadonlySet<string> = new Set(['cyclonedx', 'spdx-json']);

/**
 * Opens the advisory database where vulnerabilities are looked for. An SBOM is made without one too, and says so; every
 * other report without advisories would pass for a clean bill, so that a missing database is an error.
 */
export async function openAdvisories(options: ScanCommandOptions, io: Io): Promise<AdvisoryDatabase | undefined> {
  if (!options.scanners.includes('vuln')) return undefined;
  if (INVENTORIES.has(options.format) && options.explain === undefined && !(await exists(options.db))) {
    io.stderr.write(`vulnerabilities: not looked for, since there is no database at ${JSON.stringify(options.db)}\n`);
    return undefined;
  }
  const { AdvisoryDatabase } = await import('@bulkhead/advisory-db');
  return AdvisoryDatabase.open(options.db);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
