import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, postgresMissing, startPostgres } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitStore } from './await-store.ts';
import type { StoreError } from './error.ts';

const missing = postgresMissing();
if (missing !== undefined) process.stderr.write(`skipped: waiting for PostgreSQL: ${missing}\n`);

describe.skipIf(missing !== undefined)('waiting for a store on postgres', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.remove());

  const configOf = (database: string) => {
    const { host, port, user } = server;
    return { postgres: { host, port, user, database, maxConnections: 4 } };
  };

  it('goes on as soon as the database is there', async () => {
    const problems: StoreError[] = [];
    let made: Promise<void> | undefined;
    const store = await awaitStore(configOf('late'), {
      signal: new AbortController().signal,
      onWait: (problem) => {
        problems.push(problem);
        made ??= server.createDatabase('late');
      },
    });

    expect(await store.registries.list()).toEqual([]);
    expect(problems[0]).toMatchObject({ code: 'STORE_UNREACHABLE' });
    await made;
    await store.close();
  });

  it('ends when nobody needs it any more', async () => {
    const over = new AbortController();
    const waiting = awaitStore(configOf('never'), { signal: over.signal, onWait: () => over.abort() });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('does not wait for a file that cannot be opened', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-store-'));
  try {
    await writeFile(join(folder, 'file'), '');
    const waits: StoreError[] = [];
    const opened = awaitStore(
      { file: join(folder, 'file', 'store.db') },
      { signal: new AbortController().signal, onWait: (problem) => waits.push(problem) },
    );
    await expect(opened).rejects.toMatchObject({ name: 'StoreError' });
    expect(waits).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
