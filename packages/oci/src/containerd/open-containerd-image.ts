import type { ImageSource } from '@bulkhead/scanner';
import { isDigest } from '../blob/digest.ts';
import { OciError } from '../error.ts';
import { openManifest } from '../manifest/open-manifest.ts';
import type { Platform } from '../manifest/platform.ts';
import { parseReference, referenceText } from '../registry/reference.ts';
import { ContainerdStore } from './content-store.ts';

export interface ContainerdOptions {
  readonly socket?: string;
  /** Kubernetes keeps its images in `k8s.io`, nerdctl and ctr in `default`, Docker in `moby`. */
  readonly namespace?: string;
}

export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';
export const KUBERNETES_NAMESPACE = 'k8s.io';

/** Opens an image that containerd has, by its name there. */
export async function openContainerdImage(
  reference: string,
  { socket = CONTAINERD_SOCKET, namespace = KUBERNETES_NAMESPACE }: ContainerdOptions,
  platform: Platform | undefined,
  signal: AbortSignal,
): Promise<ImageSource> {
  // Names of images are whole references, and digests of configurations where Kubernetes pulled them.
  const name = isDigest(reference) ? reference : referenceText(parseReference(reference));
  const store = await ContainerdStore.connect(socket, namespace);
  try {
    const target = await store.target(name);
    if (!isDigest(target.digest))
      throw new OciError('RUNTIME_FAILED', `the image "${name}" has no digest in containerd`);
    return await openManifest(store, { ...target, annotations: {} }, name, platform, signal);
  } catch (error) {
    await store.close();
    throw error;
  }
}
