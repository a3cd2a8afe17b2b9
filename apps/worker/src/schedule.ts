import { ADVISORY_UPDATE, type Producer, SCAN_REGISTRY } from '@bulkhead/queue';
import type { RegistryStore, SignatureTrustStore } from '@bulkhead/scanner';
import type { WorkerConfig } from './config.ts';

const MINUTE_MS = 60_000;

/** Keeps the schedules as the configuration and the list of registries say. Any number of workers may do so. */
export class Schedule {
  readonly #producer: Producer;
  readonly #registries: RegistryStore;
  readonly #config: Pick<WorkerConfig, 'advisories' | 'registries'>;
  readonly #trust: Pick<SignatureTrustStore, 'get'>;
  /** What signatures were held against at the last look. */
  #seen: string | undefined;
  /** Registries that are to be crawled because that has changed. */
  readonly #toAsk = new Set<string>();

  constructor(
    producer: Producer,
    { registries, trust }: { readonly registries: RegistryStore; readonly trust: Pick<SignatureTrustStore, 'get'> },
    config: Pick<WorkerConfig, 'advisories' | 'registries'>,
  ) {
    this.#producer = producer;
    this.#registries = registries;
    this.#trust = trust;
    this.#config = config;
  }

  /** Schedules everything as the configuration says it now. */
  async start(): Promise<void> {
    const { advisories, registries } = this.#config;
    await this.#producer.repeat(ADVISORY_UPDATE, {}, advisories.everyMinutes * MINUTE_MS);
    for (const registry of await this.#names()) {
      await this.#producer.repeat(SCAN_REGISTRY, { registry }, registries.everyMinutes * MINUTE_MS);
    }
    await this.follow();
  }

  /** Schedules crawls of registries that came, ends those of registries that went, and makes anew what the queue has lost. */
  async follow(): Promise<void> {
    const { advisories, registries } = this.#config;
    const names = await this.#names();
    const updates = await this.#producer.repeated(ADVISORY_UPDATE);
    if (advisories.everyMinutes > 0 && updates.size === 0) {
      await this.#producer.repeat(ADVISORY_UPDATE, {}, advisories.everyMinutes * MINUTE_MS);
    }
    // As the queue has it: one that was emptied forgets, and what a worker that is gone has scheduled is there.
    const crawls = await this.#producer.repeated(SCAN_REGISTRY);
    for (const registry of names) {
      if (registries.everyMinutes === 0 || crawls.has(registry)) continue;
      await this.#producer.repeat(SCAN_REGISTRY, { registry }, registries.everyMinutes * MINUTE_MS);
    }
    for (const registry of crawls) {
      if (!names.has(registry)) await this.#producer.repeat(SCAN_REGISTRY, { registry }, 0);
    }
    await this.#followTrust(names);
  }

  async #names(): Promise<ReadonlySet<string>> {
    return new Set((await this.#registries.list()).map(({ name }) => name));
  }

  /** Who writes a policy about signatures does not wait for an hour: what there is of them is held against its keys at once. */
  async #followTrust(registries: ReadonlySet<string>): Promise<void> {
    const trust = JSON.stringify(await this.#trust.get());
    const isChanged = this.#seen !== undefined && this.#seen !== trust;
    this.#seen = trust;
    if (isChanged) for (const registry of registries) this.#toAsk.add(registry);
    for (const registry of this.#toAsk) {
      // One that is under way may have begun with what was named before: another has to follow it.
      const outcome = registries.has(registry) ? await this.#producer.enqueue(SCAN_REGISTRY, { registry }) : 'dead';
      if (outcome !== 'already-queued') this.#toAsk.delete(registry);
    }
  }
}
