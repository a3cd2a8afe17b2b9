import type { ImageScan, KnownImage } from './known-image.ts';

/** Every image without any has this one. */
const NONE: never[] = [];

/** Parts that an image has in common with the one before it, as one value: images that are scanned by one scanner are alike. */
export class Alike {
  #platform = '';
  #scanners: string[] = NONE;
  #omitted = { vulnerabilities: 0, secrets: 0 };

  platform({ platform }: KnownImage): string {
    if (platform !== this.#platform) this.#platform = platform;
    return this.#platform;
  }

  scanners({ scanners }: ImageScan): string[] {
    const isSame =
      scanners.length === this.#scanners.length && scanners.every((name, index) => name === this.#scanners[index]);
    if (!isSame) this.#scanners = scanners;
    return this.#scanners;
  }

  omitted({ omitted }: ImageScan): ImageScan['omitted'] {
    const { vulnerabilities, secrets } = this.#omitted;
    if (omitted.vulnerabilities !== vulnerabilities || omitted.secrets !== secrets) this.#omitted = omitted;
    return this.#omitted;
  }
}

/** The list itself, or the one empty list. */
export function listOf<One>(list: One[]): One[] {
  return list.length === 0 ? NONE : list;
}
