import { LAYER_MEDIA_TYPE, type Resource } from '@bulkhead/advisory-db';
import { type Artifact, openArtifact } from '@bulkhead/oci';
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

/** Opens the artifact that a place names. Close it when done with it. */
export async function artifactAt(place: string, options: ArtifactOptions, io: Io): Promise<Artifact> {
  const ca = options.ca === undefined ? undefined : (await read(options.ca)).toString('utf8');
  const registry = { ...(ca !== undefined && { ca }), plainHttp: options.plainHttp === true };
  return openArtifact(place.slice(SCHEME.length), LAYER_MEDIA_TYPE, registry, io.signal);
}

export function resourceOf(artifact: Artifact): Resource {
  return {
    location: `${SCHEME}${artifact.name}`,
    ...(artifact.size !== undefined && { size: artifact.size }),
    read: (signal) => artifact.read(signal),
  };
}
