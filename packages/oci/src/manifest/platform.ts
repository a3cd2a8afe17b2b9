import { OciError } from '../error.ts';
import type { Descriptor } from './schema.ts';

/** A platform as images name it: `linux/amd64`, `linux/arm/v7`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** Node's names for processors and what images call them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** Variants that a platform without one means, by containerd's normalisation. */
const DEFAULT_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7' };

/** The platform whose images run on this machine. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return { os: 'linux', architecture: ARCHITECTURES[architecture] ?? architecture };
}

export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  if (os !== '' && architecture !== '' && variant !== '' && rest.length === 0) return { os, architecture, variant };
  throw new OciError('INVALID_REFERENCE', {
    what: `"${text}" is no platform`,
    fix: 'write os/architecture or os/architecture/variant, such as linux/arm64',
  });
}

export function platformText({ os, architecture, variant }: Platform): string {
  return variant === undefined || variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

export function isSamePlatform(wanted: Platform, offered: Platform): boolean {
  const variantOf = ({ architecture, variant }: Platform): string => variant || (DEFAULT_VARIANTS[architecture] ?? '');
  return (
    wanted.os === offered.os && wanted.architecture === offered.architecture && variantOf(wanted) === variantOf(offered)
  );
}

/**
 * Picks the manifest of an index. A wanted platform must be there; without a wish this machine's is taken, or the only
 * one there is. Attestations, which name the platform "unknown/unknown", are no images.
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform | undefined): Descriptor {
  const images = manifests.filter(({ platform, annotations }) => {
    return platform?.architecture !== 'unknown' && annotations['vnd.docker.reference.type'] === undefined;
  });
  const [only] = images;
  if (only === undefined) throw new OciError('NOT_AN_IMAGE', 'the index names no image');
  if (images.length === 1 && (wanted === undefined || only.platform === undefined)) return only;
  const platform = wanted ?? hostPlatform();
  const found = images.find((image) => image.platform !== undefined && isSamePlatform(platform, image.platform));
  if (found !== undefined) return found;
  const offered = images.flatMap((image) => (image.platform === undefined ? [] : [platformText(image.platform)]));
  throw new OciError('PLATFORM_NOT_FOUND', {
    what: `the image is not there for ${platformText(platform)}`,
    why: `it is for ${offered.slice(0, 20).join(', ')}`,
    fix: 'choose one of these with --platform',
  });
}
