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
