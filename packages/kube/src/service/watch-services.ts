import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@bulkhead/core';
import type { ClusterService, ClusterServicePort, ServiceEnd } from '@bulkhead/policy';
import type { KubeClient } from '../client/client.ts';
import { RESOURCES } from '../client/resource.ts';
import type { KubeError } from '../error.ts';
import type { Backoff } from '../watch/backoff.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { PodAddresses, readPodPlace } from './pod-addresses.ts';
import { PodNodes } from './pod-nodes.ts';
import {
  type KeptEnd,
  type KeptService,
  type KeptSlice,
  type NamedPort,
  readService,
  readSlice,
} from './read-service.ts';

export interface WatchServicesOptions {
  readonly signal: AbortSignal;
  readonly onError: (error: KubeError) => void;
  /** A service is new, or leads elsewhere than before. */
  readonly onPut: (service: ClusterService) => void;
  /** A service is gone, or stands for nobody any more. */
  readonly onGone: (id: string) => void;
  /** Whether there are pods on a node: by these it is known which nodes are of the cluster. */
  readonly onNode?: (node: string, isThere: boolean) => void;
  readonly backoff?: () => Backoff;
}

/** The Services of a cluster and to whom they lead. */
export interface ServiceWatch {
  /** Resolves with true when all are listed, or this is refused, and with false when it was told to stop before. */
  readonly synced: Promise<boolean>;
  readonly done: Promise<void>;
}

const SLICE_VERSIONS = [RESOURCES.endpointSlices, RESOURCES.olderEndpointSlices];
/** An API server that has just started may not know yet what it has. */
const MISSING_MS = 1_000;
/**
 * Of one Service, endpoints times ports: 5,000 pods, as many as Kubernetes is made for, with three ports each. Whoever may write Services
 * and slices of some hundred kilobytes could else have millions kept.
 */
const MAX_ENDS = 16_384;

/**
 * Follows Services and EndpointSlices, of whichever version the API server has: by these alone is known which port of a pod a Service leads to, and who is behind one that
 * selects nobody. Whether an endpoint is the pod that it says to be, pods are asked: a slice may be written by hand. It needs the right to list and watch all three; without pods,
 * no endpoint is taken for one.
 */
export function watchServices(client: KubeClient, options: WatchServicesOptions): ServiceWatch {
  const { signal, onError, onPut, onGone, backoff } = options;
  const nodes = new PodNodes(options.onNode ?? (() => undefined));
  const told = new Map<string, string>();
  const slices = new Map<string, Map<string, KeptSlice>>();
  /** Services by pods that they say to lead to, and that are not known to be there; and the other way round. */
  const awaited = new Map<string, Set<string>>();
  const awaiting = new Map<string, readonly string[]>();
  let arePodsKnown = false;

  function tell(id: string): void {
    // Most would be said twice, one pod after the other.
    if (!arePodsKnown) return;
    const unknown = new Set<string>();
    const isPod = ({ pod, address }: KeptEnd): boolean => {
      const isThere = pod !== undefined && pods.isAt(pod, address);
      if (pod !== undefined && !isThere) unknown.add(pod);
      return isThere;
    };
    const service = services.objects.get(id);
    const made = service && serviceOf(id, service, [...(slices.get(id)?.values() ?? [])], isPod);
    awaitPods(id, unknown);
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
  function awaitPods(id: string, unknown: ReadonlySet<string>): void {
    for (const pod of awaiting.get(id) ?? []) {
      const there = awaited.get(pod);
      there?.delete(id);
      if (there?.size === 0) awaited.delete(pod);
    }
    if (unknown.size === 0) awaiting.delete(id);
    else awaiting.set(id, [...unknown]);
    for (const pod of unknown) {
      const there = awaited.get(pod);
      if (there === undefined) awaited.set(pod, new Set([id]));
      else there.add(id);
    }
  }
  function knowPods(): void {
    if (arePodsKnown) return;
    arePodsKnown = true;
    for (const id of services.objects.keys()) tell(id);
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

  const [servicesRefused, podsRefused, slicesSynced] = [outcome(), outcome(), outcome()];
  const services = watchObjects(client, RESOURCES.services, {
    signal,
    ...(backoff !== undefined && { backoff: backoff() }),
    keep: readService,
    onEvent(event) {
      if (event.type === 'error') {
        onError(event.error);
        if (event.error.code === 'FORBIDDEN') servicesRefused.resolve(true);
      } else if (event.type !== 'synced') tell(event.key);
    },
  });
  const livePods = watchObjects(client, RESOURCES.pods, {
    signal,
    ...(backoff !== undefined && { backoff: backoff() }),
    keep: readPodPlace,
    onEvent(event) {
      if (event.type === 'synced') knowPods();
      else if (event.type === 'error') {
        onError(event.error);
        if (event.error.code !== 'FORBIDDEN') return;
        knowPods();
        podsRefused.resolve(true);
      } else {
        if (event.before !== undefined) pods.left(event.key, event.before.addresses);
        nodes.count(event.type === 'written' ? event.object.node : undefined, event.before?.node);
        if (event.type === 'deleted') return;
        const waiting = awaited.get(event.key);
        // Whoever still waits for it when told anew is noted anew.
        awaited.delete(event.key);
        for (const id of waiting ?? []) tell(id);
      }
    },
  });
  const pods = new PodAddresses(livePods.objects, systemClock);
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
          else {
            onError(event.error);
            if (event.error.code === 'FORBIDDEN') slicesSynced.resolve(true);
          }
        },
      });
      await watch.done;
    }
    slicesSynced.resolve(false);
  }
  const slicesDone = followSlices();
  return {
    synced: Promise.all([
      Promise.race([services.synced, servicesRefused.promise]),
      slicesSynced.promise,
      Promise.race([livePods.synced, podsRefused.promise]),
    ]).then((each) => each.every(Boolean)),
    done: Promise.all([services.done, slicesDone, livePods.done]).then(() => undefined),
  };
}

function outcome(): PromiseWithResolvers<boolean> {
  return Promise.withResolvers();
}

/** Nothing where it has no address, or nobody is behind it. */
function serviceOf(
  id: string,
  { addresses, ports }: KeptService,
  slices: readonly KeptSlice[],
  isPod: (end: KeptEnd) => boolean,
): ClusterService | undefined {
  if (addresses.length === 0) return undefined;
  const byPort = new Map<string, (readonly [port: number, ends: readonly KeptEnd[]])[]>();
  for (const slice of slices) {
    for (const one of slice.ports) {
      const key = portKey(one);
      const there = byPort.get(key);
      if (there === undefined) byPort.set(key, [[one.port, slice.ends]]);
      else there.push([one.port, slice.ends]);
    }
  }
  let count = 0;
  for (const port of ports) for (const [, ends] of byPort.get(portKey(port)) ?? []) count += ends.length;
  if (count > MAX_ENDS) return { id, addresses, ports: [], tooManyEnds: count };
  const leading = ports.flatMap((named): readonly ClusterServicePort[] => {
    const { protocol, port } = named;
    const ends = new Map<number, Map<string, ServiceEnd>>();
    for (const [target, some] of byPort.get(portKey(named)) ?? []) {
      const there = ends.get(target) ?? new Map<string, ServiceEnd>();
      ends.set(target, there);
      for (const end of some) {
        // An address that is somebody else's in another slice is not only a pod's.
        if (there.get(end.address)?.isPod === false) continue;
        there.set(end.address, { address: end.address, isPod: isPod(end) });
      }
    }
    const to = [...ends].map(([target, some]) => ({ port: target, ends: inOrder([...some.values()]) }));
    return to.length === 0 ? [] : [{ protocol, port, to: to.toSorted((a, b) => a.port - b.port) }];
  });
  return leading.length === 0 ? undefined : { id, addresses, ports: leading };
}

function portKey({ name, protocol }: NamedPort): string {
  return `${protocol} ${name}`;
}

function inOrder(ends: readonly ServiceEnd[]): readonly ServiceEnd[] {
  return ends.toSorted((a, b) => (a.address < b.address ? -1 : 1));
}
