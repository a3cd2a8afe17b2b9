import type { Clock } from '@bulkhead/core';
import { z } from 'zod';
import type { KubeObject } from '../client/object.ts';

/** How long the addresses of a pod that is gone are still a pod's: the slices that name it are written after it. */
const GONE_MS = 60_000;
/** A cluster that ends more pods in that time is none that anybody runs. */
const MAX_GONE = 16_384;
/** Kubernetes gives a pod one of each family. */
const MAX_ADDRESSES = 16;

const Pod = z.object({
  spec: z.object({ hostNetwork: z.boolean().nullish(), nodeName: z.string().nullish() }),
  status: z.object({
    phase: z.string().nullish(),
    podIP: z.string().nullish(),
    podIPs: z.array(z.object({ ip: z.string() })).nullish(),
  }),
});

/** Their addresses may be others' by now. */
const OVER: readonly (string | null | undefined)[] = ['Succeeded', 'Failed'];

/** The addresses that are a pod's alone: in the network of its node it has none. */
export function readPodAddresses(object: KubeObject): readonly string[] {
  const { data } = Pod.safeParse(object);
  if (data === undefined || data.spec.hostNetwork === true) return [];
  const { phase, podIP, podIPs } = data.status;
  if (OVER.includes(phase)) return [];
  const all = podIPs?.map(({ ip }) => ip) ?? [podIP ?? ''];
  return all.filter((ip) => ip !== '').slice(0, MAX_ADDRESSES);
}

/** Where a pod runs, and at which addresses that are its alone. */
export interface PodPlace {
  readonly addresses: readonly string[];
  /** Absent before somebody has found one. */
  readonly node?: string;
}

export function readPodPlace(object: KubeObject): PodPlace {
  const node = Pod.safeParse(object).data?.spec.nodeName ?? '';
  return { addresses: readPodAddresses(object), ...(node !== '' && { node }) };
}

/** Knows which pods there are at which addresses, also those that have just gone. */
export class PodAddresses {
  readonly #clock: Clock;
  readonly #live: ReadonlyMap<string, PodPlace>;
  /** In the order in which they went. */
  readonly #gone = new Map<string, { readonly addresses: readonly string[]; readonly since: number }>();

  /** `live`: those that are there, by their keys. */
  constructor(live: ReadonlyMap<string, PodPlace>, clock: Clock) {
    this.#live = live;
    this.#clock = clock;
  }

  isAt(pod: string, address: string): boolean {
    this.#sweep();
    return (
      this.#live.get(pod)?.addresses.includes(address) === true ||
      this.#gone.get(pod)?.addresses.includes(address) === true
    );
  }

  /** The addresses that a pod had before it went, or had others. */
  left(pod: string, addresses: readonly string[]): void {
    if (addresses.every((address) => this.#live.get(pod)?.addresses.includes(address) === true)) return;
    this.#gone.delete(pod);
    this.#gone.set(pod, { addresses, since: this.#clock.now() });
    this.#sweep();
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [pod, { since }] of this.#gone) {
      if (this.#gone.size <= MAX_GONE && now - since < GONE_MS) return;
      this.#gone.delete(pod);
    }
  }
}
