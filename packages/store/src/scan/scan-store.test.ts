import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openStore } from '../open-store.ts';
import { digestOf, scanOf } from '../test-support/scans.ts';

it('lets others write while an image is judged again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-scans-'));
  const file = join(folder, 'store.db');
  const store = await openStore({ file });
  await store.scans.record(scanOf('web'));
  const other = new DatabaseSync(file, { timeout: 0 });

  await store.scans.rejudge(digestOf('web'), 'update', '2026-11-27T08:00:00.000Z', (scan) => {
    other.exec("begin immediate; insert into setting (name, value) values ('matcher', 'x'); commit");
    return { ...scan, database: 'state-2' };
  });

  expect(await store.scans.scan(digestOf('web'))).toMatchObject({ database: 'state-2' });
  expect(await store.nodeScans.matcher()).toBe('x');
  other.close();
  await store.close();
  rmSync(folder, { recursive: true });
});
