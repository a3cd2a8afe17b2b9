import { type KubeClient, watchServices } from '@bulkhead/kube';
import type { ClusterService } from '@bulkhead/policy';
import type { Logger } from '@bulkhead/runtime';

/** Who is told of services. */
export interface ServiceTaker {
  putService(service: ClusterService): void;
  removeService(id: string): void;
  /** A node is of the cluster. */
  putNode(node: string): void;
  removeNode(node: string): void;
}

/** The services of a cluster, where there is one. */
export interface ServiceSupply {
  /** Has them all told now, and whatever becomes of them from now on. */
  follow(taker: ServiceTaker): void;
  /** Resolves when all have been told that may be known: agents that were told of none would cut whoever uses them. */
  readonly listed: Promise<unknown>;
  /** Whether the api may not know of all of them, or of the pods behind them. */
  readonly isRefused: boolean;
}

export interface ClusterServicesOptions {
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
}

/** Follows the Services of a cluster, for as long as the api runs. */
export class ClusterServices implements ServiceSupply {
  readonly #known = new Map<string, ClusterService>();
  readonly #nodes = new Set<string>();
  #taker: ServiceTaker | undefined;
  #isRefused = false;
  /** Also where it is refused. */
  readonly listed: Promise<unknown>;
  /** Resolves when it has stopped, after the signal was aborted. */
  readonly done: Promise<void>;

  constructor(client: KubeClient, { logger, signal }: ClusterServicesOptions) {
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
      onNode: (node, isThere) => {
        if (isThere) {
          this.#nodes.add(node);
          this.#taker?.putNode(node);
        } else {
          this.#nodes.delete(node);
          this.#taker?.removeNode(node);
        }
      },
      onError: (error) => {
        if (error.code === 'FORBIDDEN') this.#isRefused = true;
        logger.warn({ err: error }, 'the API server cannot be asked for Services; what is known of them stays');
      },
    });
    this.listed = synced;
    this.done = done;
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  follow(taker: ServiceTaker): void {
    this.#taker = taker;
    for (const node of this.#nodes) taker.putNode(node);
    for (const service of this.#known.values()) taker.putService(service);
  }
}
