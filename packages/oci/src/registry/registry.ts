import type { ImageSource } from '@bulkhead/scanner';
import { z } from 'zod';
import { OciError } from '../error.ts';
import { openManifest } from '../manifest/open-manifest.ts';
import type { Platform } from '../manifest/platform.ts';
import { type CredentialSource, dockerCredentials } from './credentials.ts';
import { Endpoint } from './endpoint.ts';
import { listPages } from './pages.ts';
import { type ImageReference, referenceText } from './reference.ts';
import { Repository } from './repository.ts';

export interface RegistryOptions {
  /** Where credentials come from; what `docker login` kept where nothing is given. */
  readonly credentials?: CredentialSource;
  /** Certificates of authorities to trust besides the usual ones, in PEM. */
  readonly ca?: string;
  /** Talks to registries without encryption. Those on this machine may do without it anyway. */
  readonly plainHttp?: boolean;
  /** Hosts that have copies of a registry's images, by its name; asked in order, and before the registry itself. */
  readonly mirrors?: Readonly<Record<string, readonly string[]>>;
  /** Connections at once; the layers of two images need eight. */
  readonly maxConnections?: number;
  /** The first delay before a request is tried again, in milliseconds; the next ones are longer. */
  readonly firstDelayMs?: number;
}

/** A registry as such: its repositories, and one of them to read from. */
export class Registry {
  readonly #endpoint: Endpoint;

  constructor(registry: string, options: RegistryOptions = {}) {
    this.#endpoint = endpointOf(registry, options);
  }

  repository(name: string): Repository {
    return new Repository(this.#endpoint, name);
  }

  /** Opens an image of it. Closing the image leaves the registry open. */
  async image(repository: string, digest: string, signal: AbortSignal): Promise<ImageSource> {
    const store = this.repository(repository);
    const name = `${this.#endpoint.registry}/${repository}@${digest}`;
    const source = await openManifest(store, await store.manifest(digest, signal), name, undefined, signal);
    return {
      image: source.image,
      visitLayer: (...layer) => source.visitLayer(...layer),
      close: () => Promise.resolve(),
    };
  }

  /** The names of all repositories, where the registry tells them to these credentials. */
  async *catalog(signal: AbortSignal): AsyncGenerator<string> {
    const pages = listPages(this.#endpoint, '/v2/_catalog', 'registry:catalog:*', CatalogPage, signal);
    for await (const { repositories } of pages) yield* repositories ?? [];
  }

  close(): void {
    this.#endpoint.close();
  }
}

const CatalogPage = z.object({ repositories: z.array(z.string()).nullish() });

/** Opens an image of a registry, or of the first of its mirrors that has it. Layers are fetched when they are read. */
export async function openRegistryImage(
  reference: ImageReference,
  platform: Platform | undefined,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<ImageSource> {
  for (const mirror of options.mirrors?.[reference.registry] ?? []) {
    try {
      return await openAt(mirror, reference, platform, options, signal);
    } catch (error) {
      // A mirror is a convenience: whatever is wrong with it, the registry itself decides.
      if (!(error instanceof OciError) || error.code === 'PLATFORM_NOT_FOUND') throw error;
    }
  }
  return openAt(reference.registry, reference, platform, options, signal);
}

async function openAt(
  host: string,
  reference: ImageReference,
  platform: Platform | undefined,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<ImageSource> {
  const endpoint = endpointOf(host, options);
  try {
    const repository = new Repository(endpoint, reference.repository);
    const manifest = await repository.manifest(reference.digest ?? reference.tag ?? 'latest', signal);
    return await openManifest(repository, manifest, referenceText(reference), platform, signal);
  } catch (error) {
    endpoint.close();
    throw error;
  }
}

function endpointOf(registry: string, { credentials = dockerCredentials(), ...options }: RegistryOptions): Endpoint {
  return new Endpoint(registry, { credentials, ...options });
}
