import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@bulkhead/core';
import { EVERY_IMAGE, type Inventory } from '@bulkhead/scanner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseJudge } from './database-judge.ts';
import { clock, databaseOf, NOW } from './test-support/build.ts';
import { affected, osvRecord } from './test-support/osv.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-judge-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const INVENTORY: Inventory = {
  packages: [
    { type: 'pypi', name: 'Foo_Bar', version: '1.0', reader: 'pypi-installed', location: { path: 'a/METADATA' } },
    { type: 'npm', name: 'left-pad', version: '1.0.0', reader: 'npm-installed', location: { path: 'b/package.json' } },
  ],
  ownerByPath: new Map(),
  secrets: [],
  misconfigurations: [],
  gaps: [],
};

describe('DatabaseJudge', () => {
  it('judges by a database and remembers every key it looked up, in the spelling that updates name', async () => {
    const judge = await judgeOf([pypi('GHSA-1', 'foo-bar', '2.0')]);

    const { findings, lookedUp, database } = judge.judge(INVENTORY);

    expect(findings).toMatchObject([{ id: 'GHSA-1' }]);
    expect(lookedUp).toContainEqual({ ecosystem: 'PyPI', name: 'foo-bar' });
    expect(lookedUp).toContainEqual(EVERY_IMAGE);
    expect(database).toBe(judge.database);
    judge.close();
  });

  it('takes the secrets of an inventory for findings', async () => {
    const judge = await judgeOf([pypi('GHSA-1', 'other', '2.0')]);
    const location = { path: 'app/.env', line: 3 };
    const secrets = [{ detector: 'stripe-key', line: 3, masked: '****', confidence: 'high', location }] as const;

    expect(judge.judge({ ...INVENTORY, secrets }).findings).toMatchObject([
      { kind: 'secret', id: 'stripe-key', location: { path: 'app/.env', line: 3 } },
    ]);
    judge.close();
  });

  it('follows a database that was built anew in its place', async () => {
    const judge = await judgeOf([pypi('GHSA-1', 'foo-bar', '2.0')]);
    const before = judge.database;

    const rebuilt = await judgeOf([pypi('GHSA-2', 'foo-bar', '3.0')], { now: () => NOW + 1000 });
    rebuilt.close();

    expect(judge.database).not.toBe(before);
    expect(judge.judge(INVENTORY).findings).toMatchObject([{ id: 'GHSA-2' }]);
    judge.close();
  });

  it('says at once that there is no database', () => {
    expect(() => new DatabaseJudge(join(folder, 'absent.db'), clock)).toThrow(
      expect.objectContaining({ code: 'DB_MISSING' }),
    );
  });
});

async function judgeOf(records: readonly string[], when: Clock = clock): Promise<DatabaseJudge> {
  rmSync(join(folder, 'bucket'), { recursive: true, force: true });
  const database = await databaseOf(folder, { PyPI: records }, { clock: when });
  database.close();
  return new DatabaseJudge(database.file, clock);
}

function pypi(id: string, name: string, fixed: string): string {
  return osvRecord(id, { affected: [affected('PyPI', name, fixed)] });
}
