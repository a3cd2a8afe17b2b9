/** Folders within others are looked into so far down; what lies deeper counts as a name of its own. */
const MAX_DEPTH = 32;
/** In a folder of more names than these the names say nothing: nobody reviews them. It is what learnt rules take one by one. */
const MANY_NAMES = 64;

const FEWER = [MANY_NAMES, 32, 16, 8, 4, 2, 1] as const;
const LIMITS: readonly Limits[] = [
  ...FEWER.map((files) => ({ files, names: MANY_NAMES })),
  ...FEWER.map((names) => ({ files: 1, names })),
];

/** A path that was written. */
export interface WrittenPath {
  readonly path: string;
  /** Whether it stands for anything within. */
  readonly isFolder: boolean;
}

/** Some paths, by the one that says all of them. */
export interface FoldedPaths<Path extends WrittenPath> {
  readonly folder: string;
  readonly paths: readonly Path[];
}

interface Node<Path> {
  readonly path: string;
  /** What is written here itself, and what stands for anything within. */
  readonly here: Path[];
  readonly inner: Map<string, Node<Path>>;
}

/** Of so many names a folder stands for all that is in it: of files alone, and of files and folders. */
interface Limits {
  readonly files: number;
  readonly names: number;
}

/**
 * Chooses folders that each stand for all that is in them, so that what is left is no more than `most`: those of many names first, where
 * that is not enough those of fewer files, then those of fewer folders, in the end the root. Paths that no folder stands for stay as
 * they are.
 */
export function foldPaths<Path extends WrittenPath>(
  paths: readonly Path[],
  most: number,
): readonly FoldedPaths<Path>[] {
  const root = treeOf(paths);
  for (const limits of LIMITS) {
    const folded: FoldedPaths<Path>[] = [];
    if (fold(root, limits, folded) <= most) return folded;
  }
  return paths.length === 0 ? [] : [{ folder: '/', paths }];
}

function treeOf<Path extends WrittenPath>(paths: readonly Path[]): Node<Path> {
  const root: Node<Path> = { path: '/', here: [], inner: new Map() };
  for (const one of paths) {
    let node = root;
    const folder = one.isFolder && !one.path.endsWith('/') ? `${one.path}/` : one.path;
    let start = 1;
    for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
      const slash = folder.indexOf('/', start);
      if (slash < 0) break;
      node = childOf(node, folder.slice(start, slash));
      start = slash + 1;
    }
    node.here.push(one);
  }
  return root;
}

/** By its own name alone: whole paths as keys would be read again for each of their folders. */
function childOf<Path>(node: Node<Path>, name: string): Node<Path> {
  const known = node.inner.get(name);
  if (known !== undefined) return known;
  const made: Node<Path> = { path: `${node.path}${name}/`, here: [], inner: new Map() };
  node.inner.set(name, made);
  return made;
}

/** Folds every folder that has more than that, the outermost first; gives how many paths are left of a node. */
function fold<Path extends WrittenPath>(node: Node<Path>, limits: Limits, folded: FoldedPaths<Path>[]): number {
  const isWhole = node.here.some(({ isFolder, path }) => isFolder && isSame(path, node.path));
  const { length } = node.here;
  // In the root lie a few files beside all that there is.
  const isMany = (node.path !== '/' && length > limits.files) || length + node.inner.size > limits.names;
  if (isWhole || isMany) {
    folded.push({ folder: folderOf(node.path), paths: allOf(node) });
    return 1;
  }
  let left = length;
  for (const inner of node.inner.values()) left += fold(inner, limits, folded);
  return left;
}

function allOf<Path>(node: Node<Path>): readonly Path[] {
  const all = [...node.here];
  for (const inner of node.inner.values()) for (const one of allOf(inner)) all.push(one);
  return all;
}

function isSame(path: string, node: string): boolean {
  return path === node || `${path}/` === node;
}

/** `/tmp` of `/tmp/`, as agents say it. */
function folderOf(path: string): string {
  return path === '/' ? path : path.slice(0, -1);
}
