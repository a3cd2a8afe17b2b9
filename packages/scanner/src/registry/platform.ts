import type { PlatformImage } from './stored-scan.ts';

/** As users write it: `linux/arm/v7`. */
export function platformOf({ os, architecture, variant }: PlatformImage): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** `linux/arm64` means every variant of it, as it does for container runtimes. */
export function isWatched(platforms: readonly string[], image: PlatformImage): boolean {
  if (platforms.length === 0) return true;
  const exact = platformOf(image);
  return platforms.includes(exact) || platforms.includes(`${image.os}/${image.architecture}`);
}
