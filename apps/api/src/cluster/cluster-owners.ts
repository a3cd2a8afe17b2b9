import type { Owner } from '@bulkhead/core';
import { type KubeClient, type OwnerWatch, watchOwners } from '@bulkhead/kube';
import type { Logger } from '@bulkhead/runtime';
import { awaitFirstList } from './first-list.ts';

/** Knows what agents do not: container runtimes are told of no owners beyond the pod. */
export interface OwnerSupply {
  /** The owners of a pod, nearest first; nothing for one that is not known. */
  ownersOf(namespace: string, pod: string): readonly Owner[] | undefined;
}

export interface ClusterOwnersOptions {
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
}

/** Follows the owners of the pods of a cluster, for as long as the api runs. */
export class ClusterOwners implements OwnerSupply {
  readonly #watch: OwnerWatch;

  private constructor(watch: OwnerWatch) {
    this.#watch = watch;
  }

  /** Resolves when all are listed: what is reported before would be called by its pod. Not if that is refused, or takes long. */
  static async open(client: KubeClient, { logger, signal }: ClusterOwnersOptions): Promise<ClusterOwners> {
    const refused = Promise.withResolvers<void>();
    const watch = watchOwners(client, {
      signal,
      onError: (error) => {
        logger.warn(
          { err: error },
          'the API server cannot be asked for the owners of pods; what is known of them stays',
        );
        if (error.code === 'FORBIDDEN') refused.resolve();
      },
    });
    await awaitFirstList(Promise.race([watch.synced, refused.promise]));
    return new ClusterOwners(watch);
  }

  ownersOf(namespace: string, pod: string): readonly Owner[] | undefined {
    return this.#watch.ownersOf(namespace, pod);
  }

  /** Resolves when it has stopped, after the signal was aborted. */
  get done(): Promise<void> {
    return this.#watch.done;
  }
}
