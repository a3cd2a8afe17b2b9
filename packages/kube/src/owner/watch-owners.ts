import type { Owner } from '@bulkhead/core';
import type { KubeClient } from '../client/client.ts';
import { objectKey } from '../client/object.ts';
import { RESOURCES } from '../client/resource.ts';
import type { KubeError } from '../error.ts';
import type { Backoff } from '../watch/backoff.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { controllerOf, type OwnerReference, ownerChain } from './owner-chain.ts';

export interface WatchOwnersOptions {
  readonly signal: AbortSignal;
  readonly onError: (error: KubeError) => void;
  /** Something about owners has changed. */
  readonly onChange?: () => void;
  readonly backoff?: () => Backoff;
}

/** Who owns the pods of a cluster. */
export interface OwnerWatch {
  /**
   * The owners of a pod, nearest first: ReplicaSet, Deployment; Job, CronJob. None for a pod that nobody manages, nothing for one that is not
   * known. With `uid` only of the very pod that has it, and not of another one of the same name.
   */
  ownersOf(namespace: string, pod: string, uid?: string): readonly Owner[] | undefined;
  /** Resolves with true when all are listed, and with false when it was told to stop before. */
  readonly synced: Promise<boolean>;
  readonly done: Promise<void>;
}

/** Kinds between a pod and what people write. */
const BETWEEN = [RESOURCES.replicaSets, RESOURCES.jobs];

/**
 * Follows pods, ReplicaSets and Jobs by their metadata alone, and of that keeps some hundred bytes each. It needs the right to list and
 * watch those three.
 */
export function watchOwners(client: KubeClient, options: WatchOwnersOptions): OwnerWatch {
  const { signal, onError, onChange, backoff } = options;
  const owners = new Map<string, OwnerReference>();
  const base = { signal, metadataOnly: true };
  const pods = watchObjects(client, RESOURCES.pods, {
    ...base,
    ...(backoff !== undefined && { backoff: backoff() }),
    keep: (object) => ({ uid: object.metadata.uid, owner: controllerOf(object) }),
    onEvent: (event) => (event.type === 'error' ? onError(event.error) : onChange?.()),
  });
  const between = BETWEEN.map((resource) =>
    watchObjects(client, resource, {
      ...base,
      ...(backoff !== undefined && { backoff: backoff() }),
      keep: (object) => ({ uid: object.metadata.uid, owner: controllerOf(object) }),
      onEvent(event) {
        if (event.type === 'error') return onError(event.error);
        if (event.type === 'deleted') owners.delete(event.before.uid);
        if (event.type === 'written') {
          const { uid, owner } = event.object;
          if (owner === undefined) owners.delete(uid);
          else owners.set(uid, owner);
        }
        return onChange?.();
      },
    }),
  );
  const all = [pods, ...between];
  return {
    ownersOf(namespace, pod, uid) {
      const found = pods.objects.get(objectKey(namespace, pod));
      if (found === undefined || (uid !== undefined && found.uid !== uid)) return undefined;
      return ownerChain(found.owner, (id) => owners.get(id));
    },
    synced: Promise.all(all.map(({ synced }) => synced)).then((each) => each.every(Boolean)),
    done: Promise.all(all.map(({ done }) => done)).then(() => undefined),
  };
}
