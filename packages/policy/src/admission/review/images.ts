import { podOf } from '@bulkhead/pod-rules';
import { readObjects } from './read-objects.ts';
import type { Manifest } from './review.ts';

/** The images that the containers of manifests name, as they are written. What cannot be read is passed over: a review says so. */
export function imagesOf(manifests: readonly Manifest[]): ReadonlySet<string> {
  const images = new Set<string>();
  for (const { file, text } of manifests) {
    for (const { object } of readObjects(file, text).objects) {
      for (const { spec } of podOf(object)?.containers ?? []) {
        const { scalar } = spec.get('image');
        if (typeof scalar === 'string') images.add(scalar);
      }
    }
  }
  return images;
}
