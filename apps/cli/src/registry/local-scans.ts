import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@bulkhead/core';
import {
  type ImagePlace,
  type ScanOutcome,
  type ScanPorts,
  type ScanRequests,
  scanRegistryImage,
} from '@bulkhead/scanner';
import { explain } from '../error.ts';

export interface FailedScan extends ImagePlace {
  readonly code: string;
  readonly message: string;
}

/** A registry that is busy is asked again after these pauses. */
const PAUSES_MS = [1_000, 4_000];
const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set(['REGISTRY_UNREACHABLE', 'REGISTRY_FAILED', 'STORE_BUSY']);
/** Images that wait for their turn: a crawl that is faster than the scans has to wait. */
const MAX_WAITING = 1_000;

/** Scans images in this process as a crawl finds them, some at once. */
export class LocalScans implements ScanRequests {
  readonly done: ScanOutcome[] = [];
  readonly failed: FailedScan[] = [];
  readonly #ports: ScanPorts;
  readonly #concurrency: number;
  readonly #signal: AbortSignal;
  readonly #waiting: ImagePlace[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #onChange: () => void;

  constructor(ports: ScanPorts, concurrency: number, signal: AbortSignal, onChange: () => void) {
    this.#ports = ports;
    this.#concurrency = concurrency;
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** Images that were asked for and are not done. */
  get left(): number {
    return this.#waiting.length + this.#running.size;
  }

  async request(place: ImagePlace): Promise<'queued'> {
    while (this.#waiting.length >= MAX_WAITING) await Promise.race(this.#running);
    this.#waiting.push(place);
    this.#fill();
    return 'queued';
  }

  async finish(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    this.#signal.throwIfAborted();
  }

  #fill(): void {
    while (this.#running.size < this.#concurrency && !this.#signal.aborted) {
      const place = this.#waiting.shift();
      if (place === undefined) return;
      const running = this.#scan(place).finally(() => {
        this.#running.delete(running);
        this.#fill();
        this.#onChange();
      });
      this.#running.add(running);
    }
  }

  async #scan(place: ImagePlace): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.done.push(await scanRegistryImage(place, this.#ports, this.#signal));
        return;
      } catch (error) {
        if (this.#signal.aborted) return;
        const pause = PAUSES_MS[attempt];
        const { code, message } = explain(error, `cannot scan ${place.repository}@${place.digest}`);
        if (pause === undefined || !(error instanceof CodedError) || !WORTH_ANOTHER_TRY.has(code)) {
          this.failed.push({ ...place, code, message });
          const at = new Date(this.#ports.clock.now()).toISOString();
          await this.#ports.scans.noteFailure(place.digest, { code, message, at }).catch(() => undefined);
          return;
        }
        await sleep(pause, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    }
  }
}
