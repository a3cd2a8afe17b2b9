import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** One key of values.yaml that can be set. */
export interface ChartValue {
  readonly path: string;
  readonly initial: unknown;
  /** From the comment above it that begins with `--`. */
  readonly description: string;
}

/** A heading: the comment above a group of keys. */
export interface ChartSection {
  readonly name: string;
  readonly description: string;
  readonly values: readonly ChartValue[];
}

/** What values.yaml says, group by group, in its order. */
export function readValues(text: string): readonly ChartSection[] {
  const root = parseDocument(text).contents;
  if (!isMap(root)) throw new Error('values.yaml is no map');
  const sections: ChartSection[] = [];
  const alone: ChartValue[] = [];
  for (const pair of root.items) {
    const name = keyOf(pair);
    if (isMap(pair.value) && pair.value.items.length > 0) {
      sections.push({ name, description: commentOf(pair, root), values: leavesOf(pair.value, name) });
    } else alone.push(leafOf(pair, root, name));
  }
  return [{ name: 'general', description: '', values: alone }, ...sections];
}

function leavesOf(map: YAMLMap, path: string): ChartValue[] {
  return map.items.flatMap((pair) => {
    const here = `${path}.${keyOf(pair)}`;
    return isMap(pair.value) && pair.value.items.length > 0 && pair.value.flow !== true
      ? leavesOf(pair.value, here)
      : [leafOf(pair, map, here)];
  });
}

function leafOf(pair: Pair, map: YAMLMap, path: string): ChartValue {
  const node = pair.value as { toJSON(): unknown } | null;
  return { path, initial: node?.toJSON() ?? null, description: commentOf(pair, map) };
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

/** The parser gives the comment above a map's first key to the map. */
function commentOf(pair: Pair, map: YAMLMap): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const comment = own ?? (map.items[0] === pair ? map.commentBefore : undefined) ?? '';
  return comment
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .replace(/^-- /, '')
    .trim();
}
