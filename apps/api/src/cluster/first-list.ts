import { setTimeout as sleep } from 'node:timers/promises';

/** An api that cannot read something of its cluster now serves its agents all the same. */
const FIRST_LIST_MS = 30_000;

/** Waits for something of the cluster to be listed, but not for ever. */
export async function awaitFirstList(listed: Promise<unknown>): Promise<void> {
  const waited = new AbortController();
  const { signal } = waited;
  await Promise.race([listed, sleep(FIRST_LIST_MS, undefined, { signal }).catch(() => undefined)]);
  waited.abort();
}
