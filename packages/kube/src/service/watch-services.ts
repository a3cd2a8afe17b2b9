import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterService, ClusterServicePort, ServiceEnd } from '@bulkhead/policy';
import type { KubeClient } from '../client/client.ts';
import { RESOURCES } from '../client/resource.ts';
import type { KubeError } from '../error.ts';
import type { Backoff } from '../watch/backoff.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { type KeptService, type KeptSlice, readService, readSlice } from './read-service.ts';

export interface WatchServicesOptions {
  readonly signal: AbortSignal;
  readonly onError: (error: KubeError) => void;
  /** A service is new, or leads elsewhere than before. */
  readonly onPut: (service: ClusterService) => void;
  /** A service is gone, or stands for nobody any more. */
  readonly onGone: (id: string) => void;
  readonly backoff?: () => Backoff;
}

/** The Services of a cluster and to whom they lead. */
export interface ServiceWatch {
  /** Resolves with true when all are listed, and with false when it was told to stop before. */
  readonly synced: Promise<boolean>;
  readonly done: Promise<void>;
}

const SLICE_VERSIONS = [RESOURCES.endpointSlices, RESOURCES.olderEndpointSlices];
/** An API server that has just started may not know yet what it has. */
const MISSING_MS = 1_000;

/**
 * Follows Services and EndpointSlices, of whichever version the API server has: by these alone is known which port of a pod a Service leads to, and who is behind one that
 * selects nobody. It needs the right to list and watch both.
 */
export function watchServices(client: KubeClient, options: WatchServicesOptions): ServiceWatch {
  const { signal, onError, onPut, onGone, backoff } = options;
  const told = new Map<string, string>();
  const slices = new Map<string, Map<string, KeptSlice>>();

  function tell(id: string): void {
    const service = services.objects.get(id);
    const made = service && serviceOf(id, service, [...(slices.get(id)?.values() ?? [])]);
    if (made === undefined) {
      if (told.delete(id)) onGone(id);
      return;
    }
    // Most of what is written about an endpoint is whether it is ready.
    const text = JSON.stringify(made);
    if (told.get(id) === text) return;
    told.set(id, text);
    onPut(made);
  }
  function place(key: string, slice: KeptSlice | undefined, before: KeptSlice | undefined): void {
    if (before !== undefined) {
      const there = slices.get(before.service);
      there?.delete(key);
      if (there?.size === 0) slices.delete(before.service);
    }
    if (slice !== undefined) {
      const there = slices.get(slice.service) ?? new Map<string, KeptSlice>();
      slices.set(slice.service, there.set(key, slice));
    }
    for (const id of new Set([before?.service, slice?.service])) if (id !== undefined) tell(id);
  }

  const services = watchObjects(client, RESOURCES.services, {
    signal,
    ...(backoff !== undefined && { backoff: backoff() }),
    keep: readService,
    onEvent(event) {
      if (event.type === 'error') onError(event.error);
      else if (event.type !== 'synced') tell(event.key);
    },
  });
  const slicesSynced = Promise.withResolvers<boolean>();
  async function followSlices(): Promise<void> {
    for (let tries = 0; !signal.aborted; tries += 1) {
      const isMissing = new AbortController();
      const resource = SLICE_VERSIONS[tries % SLICE_VERSIONS.length] ?? RESOURCES.endpointSlices;
      if (tries >= SLICE_VERSIONS.length) await sleep(MISSING_MS, undefined, { signal }).catch(() => undefined);
      const watch = watchObjects(client, resource, {
        signal: AbortSignal.any([signal, isMissing.signal]),
        ...(backoff !== undefined && { backoff: backoff() }),
        keep: readSlice,
        onEvent(event) {
          if (event.type === 'synced') slicesSynced.resolve(true);
          else if (event.type !== 'error') {
            place(event.key, event.type === 'written' ? event.object : undefined, event.before);
          } else if (event.error.code === 'NOT_FOUND' && !watch.isSynced) isMissing.abort();
          else onError(event.error);
        },
      });
      await watch.done;
    }
    slicesSynced.resolve(false);
  }
  const slicesDone = followSlices();
  return {
    synced: Promise.all([services.synced, slicesSynced.promise]).then((each) => each.every(Boolean)),
    done: Promise.all([services.done, slicesDone]).then(() => undefined),
  };
}

/** Nothing where it has no address, or nobody is behind it. */
function serviceOf(
  id: string,
  { addresses, ports }: KeptService,
  slices: readonly KeptSlice[],
): ClusterService | undefined {
  if (addresses.length === 0) return undefined;
  const leading = ports.flatMap(({ name, protocol, port }): readonly ClusterServicePort[] => {
    const ends = new Map<number, Map<string, ServiceEnd>>();
    for (const slice of slices) {
      for (const one of slice.ports) {
        if (one.name !== name || one.protocol !== protocol) continue;
        const there = ends.get(one.port) ?? new Map<string, ServiceEnd>();
        ends.set(one.port, there);
        // An address that is somebody else's in another slice is not only a pod's.
        for (const end of slice.ends) if (there.get(end.address)?.isPod !== false) there.set(end.address, end);
      }
    }
    const to = [...ends].map(([target, some]) => ({ port: target, ends: inOrder([...some.values()]) }));
    return to.length === 0 ? [] : [{ protocol, port, to: to.toSorted((a, b) => a.port - b.port) }];
  });
  return leading.length === 0 ? undefined : { id, addresses, ports: leading };
}

function inOrder(ends: readonly ServiceEnd[]): readonly ServiceEnd[] {
  return ends.toSorted((a, b) => (a.address < b.address ? -1 : 1));
}
