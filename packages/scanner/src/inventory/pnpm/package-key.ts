import { splitSpecifier } from '../reading/npm-name.ts';

/** Name and version of a key of `packages`, without its peers; undefined where it is a place and no version. */
export function packageOfKey(
  key: string,
  major: number,
): { readonly name: string; readonly version: string } | undefined {
  const bare = withoutPeers(key.startsWith('/') ? key.slice(1) : key);
  if (major >= 6) {
    const specifier = splitSpecifier(bare);
    return specifier && { name: specifier.name, version: specifier.rest };
  }
  // Version 5: `name/1.0.0_peer@2.0.0`; a registry other than the default stands before the name.
  const match = /^(?:[^@/]+\.[^/]+\/)?((?:@[^/]+\/)?[^/@]+)\/(\d[^/_]*)(?:_.*)?$/.exec(bare);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { name: match[1], version: match[2] };
}

/** Lockfile 6 and later put the resolved peers in parentheses: `name@1.0.0(peer@2.0.0)`. */
export function withoutPeers(key: string): string {
  const parenthesis = key.indexOf('(');
  return parenthesis === -1 ? key : key.slice(0, parenthesis);
}
