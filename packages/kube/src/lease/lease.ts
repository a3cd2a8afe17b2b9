import { z } from 'zod';
import type { KubeObject } from '../client/object.ts';

const LeaseSpec = z.object({
  holderIdentity: z.string().nullish(),
  leaseDurationSeconds: z.number().nullish(),
  acquireTime: z.string().nullish(),
  renewTime: z.string().nullish(),
  leaseTransitions: z.number().nullish(),
});

/** What a Lease object says, with the version that it is. */
export interface LeaseRecord {
  readonly holder: string;
  /** What the holder promised to renew within, in milliseconds. */
  readonly durationMs: number;
  readonly acquireTime: string | undefined;
  readonly transitions: number;
  readonly resourceVersion: string;
}

/** Reads a Lease. One that nobody holds has an empty holder; numbers that are none count as 0. */
export function readLease(object: KubeObject): LeaseRecord {
  const spec = LeaseSpec.safeParse(object['spec'] ?? {}).data;
  return {
    holder: spec?.holderIdentity ?? '',
    durationMs: Math.max(0, spec?.leaseDurationSeconds ?? 0) * 1000,
    acquireTime: spec?.acquireTime ?? undefined,
    transitions: spec?.leaseTransitions ?? 0,
    resourceVersion: object.metadata.resourceVersion,
  };
}

/** A time as MicroTime has it. For people to read: no decision is taken by it. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000Z');
}
