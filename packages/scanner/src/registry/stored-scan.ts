import type { Finding } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';

/** What an advisory is looked up by: the ecosystem as OSV writes it and the package's name in it. */
export interface PackageKey {
  readonly ecosystem: string;
  readonly name: string;
}

/**
 * The key that every scanned image is found by: looked up when nobody knows which advisories changed, or when an
 * ecosystem got its first ones. No feed has a package of this name.
 */
export const EVERY_IMAGE: PackageKey = { ecosystem: '*', name: '*' };

/** The image of one platform. `digest` is that of its manifest: the same image in two registries is one. */
export interface PlatformImage {
  readonly digest: string;
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Where an image can be had. */
export interface ImagePlace {
  /** Name of the watched registry. */
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
}

/** An image that somebody wants to be scanned, by a tag or a digest. */
export interface WantedImage {
  /** Name of the watched registry. */
  readonly registry: string;
  readonly repository: string;
  readonly reference: string;
}

/** Who has signed without a key, and the fingerprint of the trust root by which that holds. */
export interface RootedSigner {
  readonly root: string;
  readonly issuer: string;
  readonly subject: string;
}

/** Which of some keys a manifest or an index has signatures of, and who signed it without one. */
export interface SignatureCheck {
  readonly digest: string;
  /** Fingerprints of the keys that its signatures were held against, sorted. */
  readonly keys: readonly string[];
  /** Those of them that one of its signatures is by, sorted. */
  readonly verified: readonly string[];
  /** Fingerprints of the trust roots that they were held against, sorted. */
  readonly roots: readonly string[];
  readonly signers: readonly RootedSigner[];
}

/** How an inventory was judged. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Every key that was looked up: a later advisory for none of them cannot change the findings. */
  readonly lookedUp: readonly PackageKey[];
  /** Which state of the advisory database judged. */
  readonly database: string;
}

/** What the images of a registry are looked through for. Vulnerabilities always: advisories change, and images are judged again. */
export const IMAGE_SCANNERS = ['vuln', 'secret'] as const;
export type ImageScanner = (typeof IMAGE_SCANNERS)[number];

/** Whether a scan for some things was one for all of these. */
export function covers(scanned: readonly ImageScanner[], wanted: readonly ImageScanner[]): boolean {
  return wanted.every((one) => scanned.includes(one));
}

/** What is kept of a scanned image. */
export interface StoredScan extends Judgement {
  readonly image: PlatformImage;
  /** What was looked for: an image without secrets is another thing than one in which nobody looked for any. */
  readonly scanners: readonly ImageScanner[];
  readonly scannedAt: string;
  readonly inventory: Inventory;
  /** Digests of its layers, uncompressed and lowest first; absent in scans of before they were kept. */
  readonly layers?: readonly string[];
}

/** A vulnerability that counts for an image, and the packages that bring it, as `name version`. */
export interface Affection {
  readonly vulnerability: string;
  readonly packages: readonly string[];
}

/** What another judgement changed for an image. Suppressed findings do not count as being there. */
export interface Difference {
  readonly appeared: readonly Affection[];
  readonly disappeared: readonly Affection[];
}

/** Something that happened to an image, kept once whatever crashes: what reports and alerts are made from. */
export interface ScanEvent {
  /** Ascending in the order of happening. */
  readonly id: number;
  readonly at: string;
  readonly digest: string;
  readonly kind: 'image-scanned' | 'findings-changed';
  /** Which rescan changed the findings; empty for a first scan. */
  readonly cause: string;
  readonly difference: Difference;
}
