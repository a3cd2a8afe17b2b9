import type { PlatformImage, RegistryCatalog, WatchedRegistry } from '@bulkhead/scanner';
import type { SignatureMaterial } from '@bulkhead/scanner/signature';
import { OciError } from '../error.ts';
import { listImages } from '../manifest/list-images.ts';
import { Registry } from '../registry/registry.ts';
import type { Repository } from '../registry/repository.ts';
import { signaturesOf } from '../signature/read-signatures.ts';
import { optionsOf } from './registry-options.ts';

/** What a watched registry has, over the API of the OCI distribution specification. Close it when done. */
export class WatchedCatalog implements RegistryCatalog {
  readonly #registry: Registry;

  private constructor(registry: Registry) {
    this.#registry = registry;
  }

  static async open(registry: WatchedRegistry): Promise<WatchedCatalog> {
    return new WatchedCatalog(new Registry(registry.host, await optionsOf(registry)));
  }

  repositories(signal: AbortSignal): AsyncIterable<string> {
    return this.#registry.catalog(signal);
  }

  tags(repository: string, signal: AbortSignal): AsyncIterable<string> {
    return this.#registry.repository(repository).tags(signal);
  }

  async resolve(repository: string, tag: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#registry.repository(repository).resolve(tag, signal);
    } catch (error) {
      if (error instanceof OciError && error.code === 'IMAGE_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async images(repository: string, digest: string, signal: AbortSignal): Promise<readonly PlatformImage[]> {
    const store: Repository = this.#registry.repository(repository);
    return listImages(store, await store.manifest(digest, signal), signal);
  }

  signatures(repository: string, digest: string, signal: AbortSignal): Promise<readonly SignatureMaterial[]> {
    return signaturesOf(this.#registry.repository(repository), digest, signal);
  }

  close(): void {
    this.#registry.close();
  }
}
