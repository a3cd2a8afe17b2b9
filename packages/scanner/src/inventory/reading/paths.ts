/** The last segment of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** All but the last segment, without a slash at its end; empty for a file in the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The path of another file in the same folder. */
export function siblingOf(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

/** A path as databases write it (`/usr/bin/x`, `./usr/bin/x`), without what leads to the root. */
export function withoutRoot(path: string): string {
  let start = 0;
  while (path[start] === '/' || (path[start] === '.' && path[start + 1] === '/')) start += 1;
  return path.slice(start);
}
