import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Snapshot } from './snapshot.ts';

describe('a snapshot', () => {
  it('ends with the turn of the event loop', async () => {
    using database = new DatabaseSync(':memory:');
    const snapshot = new Snapshot(database, () => undefined);

    snapshot.hold();
    expect(database.isTransaction).toBe(true);
    await setImmediate();

    expect(snapshot.isHeld).toBe(false);
    expect(database.isTransaction).toBe(false);
  });

  it('ends quietly when its transaction cannot be ended, as in a damaged file', async () => {
    using database = new DatabaseSync(':memory:');
    const snapshot = new Snapshot(database, () => undefined);
    snapshot.hold();
    database.exec('ROLLBACK');

    await setImmediate();

    expect(snapshot.isHeld).toBe(false);
    expect(() => snapshot.hold()).not.toThrow();
    snapshot.release();
  });
});
