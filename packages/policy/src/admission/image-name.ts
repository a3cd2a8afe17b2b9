import { DEFAULT_REGISTRY, type ImageReference, readImageReference } from '@bulkhead/core';

/** An image as runtimes understand its reference, and its name as policies speak of it. */
export interface NamedImage extends ImageReference {
  /** `registry/repository`, one spelling for what is one place. */
  readonly name: string;
}

/**
 * The image that a container names; undefined for what is no reference. Spellings that lead to one place have one name:
 * hosts in lower case, without the port that is meant anyway, `docker.io` for Docker Hub's other name.
 */
export function namedImage(text: unknown): NamedImage | undefined {
  const outcome = typeof text === 'string' ? readImageReference(text) : undefined;
  if (outcome?.ok !== true) return undefined;
  const { registry, repository } = outcome.reference;
  const host = registry.toLowerCase().replace(/:443$/, '');
  const hub = host === DEFAULT_REGISTRY || host === 'index.docker.io';
  const place = hub && !repository.includes('/') ? `library/${repository}` : repository;
  return { ...outcome.reference, name: `${hub ? DEFAULT_REGISTRY : host}/${place}` };
}
