/**
 * How a database travels: one zstd-compressed file, so that it can be the only layer of an OCI artifact, or be copied to
 * a machine without a network.
 */
export const ARTIFACT_TYPE = 'application/vnd.bulkhead.advisory-db.v1';
export const LAYER_MEDIA_TYPE = 'application/vnd.bulkhead.advisory-db.v1.sqlite+zstd';

/** What an OCI manifest says of the file. */
export interface DatabaseArtifact {
  readonly artifactType: typeof ARTIFACT_TYPE;
  readonly mediaType: typeof LAYER_MEDIA_TYPE;
  /** `sha256:…` of the compressed file. */
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A place that holds databases as artifacts: a registry. Implemented where registries are known. */
export interface ArtifactSource {
  /**
   * The database that a reference (`registry.example.org/security/advisories:latest`) names. `digest` is what the
   * manifest promises; the bytes are checked against it when they are imported.
   */
  fetch(
    reference: string,
    signal: AbortSignal,
  ): Promise<{ readonly digest: string; readonly pieces: AsyncIterable<Uint8Array> }>;
}
