import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient, ObjectName } from '../client/client.ts';
import { RESOURCES } from '../client/resource.ts';
import { asKubeError, KubeError } from '../error.ts';
import { type LeaseRecord, microTime, readLease } from './lease.ts';

export interface ElectionOptions {
  readonly lease: ObjectName;
  /** Who asks, unlike any other process: the name of the pod. */
  readonly identity: string;
  readonly signal: AbortSignal;
  /** How long others wait for a leader that says nothing, before they take its place. */
  readonly durationMs?: number;
  /** How long a leader goes on without having been able to renew. Less than the duration. */
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
  /** Leads until the signal aborts: then somebody else may lead. Whatever it throws ends the leadership and is told as an error. */
  readonly lead: (leading: AbortSignal) => Promise<void>;
  readonly onError?: (error: unknown) => void;
}

const DURATION_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2_000;
/** Of the retry time, added at random: candidates that began together do not ask together. */
const JITTER = 0.2;

/**
 * Takes part in the election of one leader among processes, by a Lease, until the signal aborts; then gives the lease back.
 *
 * No clock of another machine is believed: a lease is free when this process has seen the same version of it for the whole duration
 * by its own steady clock. A leader counts from the moment before it sent its last renewal, and steps down at the renewal
 * deadline, before anybody else can count to the duration. Clocks may be wrong as they like; they must only run at about the same pace
 * (within the quotient of the two).
 */
export async function runElection(client: KubeClient, options: ElectionOptions): Promise<void> {
  const { signal, durationMs = DURATION_MS, renewDeadlineMs = RENEW_DEADLINE_MS, retryMs = RETRY_MS } = options;
  if (renewDeadlineMs >= durationMs || retryMs >= renewDeadlineMs) {
    throw new RangeError('an election needs retry < renewal deadline < duration');
  }
  const candidate = new Candidate(client, options, durationMs);
  while (!signal.aborted) {
    const renewedAt = await candidate.tryToHold();
    if (typeof renewedAt === 'number') await lead(candidate, options, { renewedAt, renewDeadlineMs, retryMs });
    await sleep(retryMs * (1 + JITTER * Math.random()), undefined, { signal }).catch(() => undefined);
  }
}

async function lead(
  candidate: Candidate,
  { signal, lead: work, onError }: ElectionOptions,
  {
    renewedAt,
    renewDeadlineMs,
    retryMs,
  }: { readonly renewedAt: number; readonly renewDeadlineMs: number; readonly retryMs: number },
): Promise<void> {
  const leading = new AbortController();
  const stop = (): void => leading.abort(new KubeError('ABORTED', 'no longer the leader'));
  signal.addEventListener('abort', stop, { once: true });
  // A request that hangs must not keep a leader in office: the timer ends it, whatever the renewal does.
  let timer = setTimeout(stop, renewedAt + renewDeadlineMs - performance.now());
  const working = work(leading.signal).then(
    () => stop(),
    (error: unknown) => {
      if (!leading.signal.aborted) onError?.(error);
      stop();
    },
  );
  while (!leading.signal.aborted) {
    await sleep(retryMs, undefined, { signal: leading.signal }).catch(() => undefined);
    if (leading.signal.aborted) break;
    const again = await candidate.tryToHold(leading.signal);
    if (again === 'lost') stop();
    else if (again !== undefined) {
      clearTimeout(timer);
      timer = setTimeout(stop, again + renewDeadlineMs - performance.now());
    }
  }
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  // Others may lead as soon as the lease is given back: what this one does has to have ended.
  await working;
  await candidate.giveBack();
}

class Candidate {
  readonly #client: KubeClient;
  readonly #options: ElectionOptions;
  readonly #durationMs: number;
  /** The last version seen, and when it was first seen. */
  #seen: { readonly version: string; readonly at: number } | undefined;

  constructor(client: KubeClient, options: ElectionOptions, durationMs: number) {
    this.#client = client;
    this.#options = options;
    this.#durationMs = durationMs;
  }

  /** Takes or renews the lease. Gives the time from which on it counts; nothing when that failed; `lost` when another has it. */
  async tryToHold(leading?: AbortSignal): Promise<number | 'lost' | undefined> {
    const { lease, identity, signal, onError } = this.#options;
    const startedAt = performance.now();
    try {
      const found = await this.#client.find(RESOURCES.leases, lease, leading ?? signal);
      const record = found === undefined ? undefined : readLease(found);
      if (record !== undefined && record.holder !== identity && !this.#isFree(record)) {
        return leading === undefined ? undefined : 'lost';
      }
      // A leader whose lease vanished or was held by another in between has to begin anew.
      if (leading !== undefined && record?.holder !== identity) return 'lost';
      await this.#write(record, identity, leading ?? signal);
      return startedAt;
    } catch (error) {
      const known = asKubeError(error, 'cannot hold the lease');
      // Somebody else was faster: that is what elections are.
      if (!['CONFLICT', 'ALREADY_EXISTS', 'ABORTED'].includes(known.code)) onError?.(known);
      return undefined;
    }
  }

  /** Lets another lead at once. What fails is left to the duration. */
  async giveBack(): Promise<void> {
    const { lease, identity } = this.#options;
    try {
      const found = await this.#client.find(RESOURCES.leases, lease);
      if (found === undefined) return;
      const record = readLease(found);
      if (record.holder === identity) await this.#write(record, '');
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #isFree({ holder, durationMs, resourceVersion }: LeaseRecord): boolean {
    if (holder === '') return true;
    const now = performance.now();
    if (this.#seen?.version !== resourceVersion) this.#seen = { version: resourceVersion, at: now };
    // The holder may have promised another duration than this process would: the longer one counts.
    return now - this.#seen.at > Math.max(durationMs, this.#durationMs);
  }

  async #write(record: LeaseRecord | undefined, holder: string, signal?: AbortSignal): Promise<void> {
    const { lease } = this.#options;
    const now = microTime(Date.now());
    const isNew = record?.holder !== holder;
    const object = {
      metadata: { ...lease, ...(record !== undefined && { resourceVersion: record.resourceVersion }) },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: Math.ceil(this.#durationMs / 1000),
        acquireTime: isNew ? now : (record?.acquireTime ?? now),
        renewTime: now,
        leaseTransitions: (record?.transitions ?? 0) + (isNew && holder !== '' && record !== undefined ? 1 : 0),
      },
    };
    const { namespace } = lease;
    const where = namespace === undefined ? {} : { namespace };
    if (record === undefined) await this.#client.create(RESOURCES.leases, object, { signal, ...where });
    else await this.#client.replace(RESOURCES.leases, lease, object, { signal });
  }
}
