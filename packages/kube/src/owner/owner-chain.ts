import type { Owner } from '@bulkhead/core';
import type { KubeObject } from '../client/object.ts';

/** Who owns an object, as it says itself: the owner that manages it. */
export interface OwnerReference extends Owner {
  readonly uid: string;
}

/** What is known of an object that may own others, by its uid. */
export type OwnerOf = (uid: string) => OwnerReference | undefined;

/** Deployment, ReplicaSet, Pod are three; a chain beyond this is a circle or an attack. */
const MAX_DEPTH = 16;

/** The owner that manages an object; nothing for one that nobody manages. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner && { kind: owner.kind, name: owner.name, uid: owner.uid };
}

/**
 * The owners of something that `nearest` manages, nearest first: ReplicaSet, Deployment. It ends where the next owner is not known:
 * owners of kinds that nobody looks at, such as those of operators, are named but not looked behind.
 */
export function ownerChain(nearest: OwnerReference | undefined, ownerOf: OwnerOf): readonly Owner[] {
  const chain: Owner[] = [];
  const seen = new Set<string>();
  for (
    let owner = nearest;
    owner !== undefined && chain.length < MAX_DEPTH && !seen.has(owner.uid);
    owner = ownerOf(owner.uid)
  ) {
    seen.add(owner.uid);
    chain.push({ kind: owner.kind, name: owner.name });
  }
  return chain;
}
