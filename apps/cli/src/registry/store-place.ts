import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { QueueConfig } from '@bulkhead/queue';
import { loadConfig } from '@bulkhead/runtime';
import { openStore, type Store, StoreConfig } from '@bulkhead/store';
import { z } from 'zod';

export interface PlaceOptions {
  readonly store?: string;
  readonly config?: string;
}

/** What these commands need of a worker's configuration; the worker itself checks the rest. */
const Places = z.looseObject({ store: StoreConfig, redis: QueueConfig.optional() });

export interface Place {
  readonly store: StoreConfig;
  /** Where jobs are asked for; without it this process does the work. */
  readonly redis?: QueueConfig;
}

/** Where registries and scans are kept: a file of this machine, or what the configuration of a worker says. */
export function placeOf({ store, config }: PlaceOptions): Place {
  if (config === undefined) return { store: { file: store ?? storePath(process.env) } };
  const { store: named, redis } = loadConfig({ schema: Places, file: config });
  return { store: named, ...(redis !== undefined && { redis }) };
}

/** Opens the store for one command. */
export async function withStore<T>(options: PlaceOptions, act: (store: Store, place: Place) => Promise<T>): Promise<T> {
  const place = placeOf(options);
  const store = await openStore(place.store);
  try {
    return await act(store, place);
  } finally {
    await store.close();
  }
}

/** `bulkhead/store.db` in the user's state folder, by the XDG base directory specification. */
function storePath(env: Readonly<Record<string, string | undefined>>): string {
  const state = env['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  return join(base, 'bulkhead', 'store.db');
}
