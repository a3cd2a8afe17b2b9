import { createHash } from 'node:crypto';
import { MAX_LAYERS } from './known-image.ts';

/**
 * What an image is up to each of its layers: the n-th entry is equal in two images only when their n lowest layers are the same
 * ones in the same order. Empty for an image with too many layers to be told of.
 */
export function chainOf(diffIds: readonly string[]): string[] {
  const chain: string[] = [];
  if (diffIds.length > MAX_LAYERS) return chain;
  for (const diffId of diffIds) {
    chain.push(
      createHash('sha256')
        .update(`${chain.at(-1) ?? ''} ${diffId}`)
        .digest('hex')
        .slice(0, CHAIN_DIGITS),
    );
  }
  return chain;
}

/** 128 bits: nobody finds two, and twenty thousand images take half the memory. */
const CHAIN_DIGITS = 32;
