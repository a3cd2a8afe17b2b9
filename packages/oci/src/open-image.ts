import type { ImageSource } from '@bulkhead/scanner';
import type { ContainerdOptions } from './containerd/open-containerd-image.ts';
import type { Platform } from './manifest/platform.ts';
import type { RegistryOptions } from './registry/registry.ts';

export interface OpenImageOptions extends RegistryOptions {
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
  /** Takes the image from containerd on this machine instead of from its registry. */
  readonly containerd?: ContainerdOptions;
}

/**
 * Opens the image that a reference names (`alpine:3.20`, `ghcr.io/owner/app@sha256:…`) from its registry or from
 * containerd. Nothing but its manifest and configuration is fetched until layers are read. Close the source when done
 * with it. For files see `openArchive`.
 */
export async function openImage(reference: string, options: OpenImageOptions = {}): Promise<ImageSource> {
  const { platform, signal = new AbortController().signal, containerd, ...registry } = options;
  if (containerd !== undefined) {
    const { openContainerdImage } = await import('./containerd/open-containerd-image.ts');
    return openContainerdImage(reference, containerd, platform, signal);
  }
  const [{ parseReference }, { openRegistryImage }] = await Promise.all([
    import('./registry/reference.ts'),
    import('./registry/registry.ts'),
  ]);
  return openRegistryImage(parseReference(reference), platform, registry, signal);
}
