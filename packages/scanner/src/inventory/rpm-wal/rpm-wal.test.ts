import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { rpmWalReader } from './rpm-wal.ts';

const PATH = 'var/lib/rpm/rpmdb.sqlite-wal';

describe('rpmWalReader', () => {
  it('says that a log SQLite wrote and did not merge is not read', () => {
    expect(read(rpmWalReader, PATH, writeAheadLog()).gaps).toMatchObject([{ code: 'unsupported', path: PATH }]);
  });

  it('says nothing about a log that was reset', () => {
    const log = writeAheadLog();
    log.fill(1, 16, 24);

    expect(read(rpmWalReader, PATH, log).gaps).toEqual([]);
  });

  it('does not want an empty log', () => {
    expect(rpmWalReader.wants(entry(PATH, 0))).toBe(false);
    expect(rpmWalReader.wants(entry(PATH, 4152))).toBe(true);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures({ ...rpmWalReader, wants: () => true }, PATH, [writeAheadLog()], 50)).toEqual([]);
  });
});

function writeAheadLog(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-wal-'));
  const database = new DatabaseSync(join(folder, 'db'));
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)');
  // Closing would merge it.
  copyFileSync(join(folder, 'db-wal'), join(folder, 'copy'));
  database.close();
  const log = readFileSync(join(folder, 'copy'));
  rmSync(folder, { recursive: true });
  return log;
}
