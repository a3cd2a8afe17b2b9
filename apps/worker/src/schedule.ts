import { ADVISORY_UPDATE, type Producer, SCAN_REGISTRY } from '@bulkhead/queue';
import type { RegistryStore } from '@bulkhead/scanner';
import type { WorkerConfig } from './config.ts';

const MINUTE_MS = 60_000;

/** Keeps the schedules as the configuration and the list of registries say. Any number of workers may do so. */
export class Schedule {
  readonly #producer: Producer;
  readonly #registries: RegistryStore;
  readonly #config: Pick<WorkerConfig, 'advisories' | 'registries'>;
  #scheduled = new Set<string>();

  constructor(producer: Producer, registries: RegistryStore, config: Pick<WorkerConfig, 'advisories' | 'registries'>) {
    this.#producer = producer;
    this.#registries = registries;
    this.#config = config;
  }

  async start(): Promise<void> {
    await this.#producer.repeat(ADVISORY_UPDATE, {}, this.#config.advisories.everyMinutes * MINUTE_MS);
    await this.follow();
  }

  /** Schedules crawls of registries that came, and ends those of registries that went. */
  async follow(): Promise<void> {
    const everyMs = this.#config.registries.everyMinutes * MINUTE_MS;
    const names = new Set((await this.#registries.list()).map(({ name }) => name));
    for (const registry of names) {
      if (!this.#scheduled.has(registry)) await this.#producer.repeat(SCAN_REGISTRY, { registry }, everyMs);
    }
    for (const registry of this.#scheduled) {
      if (!names.has(registry)) await this.#producer.repeat(SCAN_REGISTRY, { registry }, 0);
    }
    this.#scheduled = names;
  }
}
