import { type Document, isNode, type LineCounter, type Tags } from 'yaml';

/**
 * How Kubernetes' tools read a manifest: YAML 1.1, where `yes` is true and `<<` merges, so that no setting is overlooked that is
 * in force in the cluster. Times are texts there.
 */
export const MANIFEST_YAML = {
  stringKeys: true,
  version: '1.1',
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag === 'string' || !tag.tag.endsWith(':timestamp')),
} as const;

/** The line of the deepest part of `path` that stands in the document: what is missing or merged in has that of what is around it. */
export function lineIn(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
