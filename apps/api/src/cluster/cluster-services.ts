import { type KubeClient, watchServices } from '@bulkhead/kube';
import type { ClusterService } from '@bulkhead/policy';
import type { Logger } from '@bulkhead/runtime';
import { awaitFirstList } from './first-list.ts';

/** Who is told of services. */
export interface ServiceTaker {
  putService(service: ClusterService): void;
  removeService(id: string): void;
}

/** The services of a cluster, where there is one. */
export interface ServiceSupply {
  /** Has them all told now, and whatever becomes of them from now on. */
  follow(taker: ServiceTaker): void;
}

export interface ClusterServicesOptions {
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
}

/** Follows the Services of a cluster, for as long as the api runs. */
export class ClusterServices implements ServiceSupply {
  readonly #known = new Map<string, ClusterService>();
  #taker: ServiceTaker | undefined;
  /** Resolves when it has stopped, after the signal was aborted. */
  readonly done: Promise<void>;

  private constructor(
    client: KubeClient,
    { logger, signal }: ClusterServicesOptions,
    first: PromiseWithResolvers<void>,
  ) {
    const { synced, done } = watchServices(client, {
      signal,
      onPut: (service) => {
        this.#known.set(service.id, service);
        this.#taker?.putService(service);
      },
      onGone: (id) => {
        this.#known.delete(id);
        this.#taker?.removeService(id);
      },
      onError: (error) => {
        logger.warn({ err: error }, 'the API server cannot be asked for Services; what is known of them stays');
        if (error.code === 'FORBIDDEN') first.resolve();
      },
    });
    void synced.then(() => first.resolve());
    this.done = done;
  }

  /** Resolves when all are listed: agents that were told of none would cut whoever uses them. Not if that is refused, or takes long. */
  static async open(client: KubeClient, options: ClusterServicesOptions): Promise<ClusterServices> {
    const first = Promise.withResolvers<void>();
    const services = new ClusterServices(client, options, first);
    await awaitFirstList(first.promise);
    return services;
  }

  follow(taker: ServiceTaker): void {
    this.#taker = taker;
    for (const service of this.#known.values()) taker.putService(service);
  }
}
