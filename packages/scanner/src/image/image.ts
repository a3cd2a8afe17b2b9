/** An image as its manifest and configuration describe it. Digests are `sha256:` and 64 hexadecimal digits. */
export interface Image {
  /** As the user wrote it, or the file's name. */
  readonly name: string;
  readonly digest: string;
  readonly config: ImageConfig;
  readonly layers: readonly LayerDescriptor[];
}

export interface ImageConfig {
  readonly digest: string;
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly created?: string;
  readonly user?: string;
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface LayerDescriptor {
  readonly diffId: string;
  /** Of the blob as stored. */
  readonly digest: string;
  readonly mediaType: string;
  /** Of the blob in bytes, where the source says. */
  readonly size?: number;
  /** The instruction of the build that made it, from the image's history. */
  readonly createdBy?: string;
}
