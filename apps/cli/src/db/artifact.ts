import { LAYER_MEDIA_TYPE, type Resource } from '@bulkhead/advisory-db';
import { type Artifact, openArtifact, type RegistryOptions } from '@bulkhead/oci';
import type { Io } from '../io.ts';
import { read } from '../scan/inputs.ts';

/** How to talk to the registry that holds a database. */
export interface ArtifactOptions {
  readonly ca?: string;
  readonly plainHttp?: boolean;
}

const SCHEME = 'oci://';

/** Whether a place is an artifact of a registry: `oci://registry/repository:tag`. */
export function isArtifact(place: string): boolean {
  return place.startsWith(SCHEME);
}

/** The reference that a place names, with or without its scheme. */
export function referenceOf(place: string): string {
  return isArtifact(place) ? place.slice(SCHEME.length) : place;
}

export async function registryOptions(options: ArtifactOptions): Promise<RegistryOptions> {
  const ca = options.ca === undefined ? undefined : (await read(options.ca)).toString('utf8');
  return { ...(ca !== undefined && { ca }), plainHttp: options.plainHttp === true };
}

/** Opens the artifact that a place names. Close it when done with it. */
export async function artifactAt(place: string, options: ArtifactOptions, io: Io): Promise<Artifact> {
  return openArtifact(referenceOf(place), LAYER_MEDIA_TYPE, await registryOptions(options), io.signal);
}

export function resourceOf(artifact: Artifact): Resource {
  return {
    location: `${SCHEME}${artifact.name}`,
    ...(artifact.size !== undefined && { size: artifact.size }),
    read: (signal) => artifact.read(signal),
  };
}
