import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEAT_MS, GONE_MS, Presence } from './presence.ts';

let folder: string;
let store: Store;
let now = 0;
beforeEach(async () => {
  now = 0;
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-presence-'));
  store = await openStore({ file: join(folder, 'store.db') });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const joined = (isAlone = false): Promise<Presence> =>
  Presence.join({ replicas: store.replicas, clock: { now: () => 0 }, steady: () => now, isAlone });
const ids = async (): Promise<readonly string[]> => (await store.replicas.list()).map(({ id }) => id);

/** Time passes, in which these look as often as they do. */
async function pass(ms: number, ...present: Presence[]): Promise<void> {
  for (const end = now + ms; now < end; ) {
    now += BEAT_MS;
    for (const one of present) await one.look();
  }
}

describe('presence', () => {
  it('takes for gone who does not beat any more, and nobody who does', async () => {
    const [one, two] = [await joined(), await joined()];
    await pass(2 * GONE_MS, one, two);
    expect(await ids()).toEqual([one.id, two.id].toSorted());

    await pass(GONE_MS - BEAT_MS, one);
    expect(await ids()).toHaveLength(2);
    await pass(2 * BEAT_MS, one);
    expect(await ids()).toEqual([one.id]);
  });

  it('has exactly one first, and another when it is gone', async () => {
    const all = [await joined(), await joined(), await joined()];
    await pass(BEAT_MS, ...all);
    const first = all.filter(({ isFirst }) => isFirst);
    expect(first).toHaveLength(1);

    await first[0]?.leave();
    const others = all.filter((one) => one !== first[0]);
    await pass(BEAT_MS, ...others);
    expect(others.filter(({ isFirst }) => isFirst)).toHaveLength(1);
  });

  it('takes nobody for gone whom it could not see meanwhile', async () => {
    const [one, two] = [await joined(), await joined()];
    // It saw the last beat of the other.
    await pass(BEAT_MS, two, one);

    now += 10 * GONE_MS;
    await one.look();
    expect(await ids()).toContain(two.id);
    await pass(GONE_MS + BEAT_MS, one);
    expect(await ids()).not.toContain(two.id);
  });

  it('says when others took this process for gone, once', async () => {
    const [one, two] = [await joined(), await joined()];
    await pass(GONE_MS + BEAT_MS, one);

    expect([await two.look(), await two.look()]).toEqual(['new', 'known']);
    expect(await ids()).toEqual([one.id, two.id].toSorted());
  });

  it('knows that nobody else is there where the store is of one process', async () => {
    const before = await joined(true);
    await store.agents.enrol({ id: 'agent', node: 'node', enrolledAt: '' });
    const state = { at: '', version: '', certificateSerial: '', replica: before.id };
    await store.agents.noteConnected('agent', state);

    const after = await joined(true);

    expect(await ids()).toEqual([after.id]);
    expect(after.isFirst).toBe(true);
    expect((await store.agents.get('agent'))?.connected).toBe(false);
  });
});
