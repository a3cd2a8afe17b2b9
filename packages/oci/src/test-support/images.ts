import { createHash } from 'node:crypto';
import { type TarEntrySpec, tarOf } from './tar.ts';

export interface TestLayer {
  readonly tar: Buffer;
  /** As stored; the tar itself where absent. */
  readonly blob?: Buffer;
  readonly mediaType?: string;
}

export interface TestImage {
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly manifest: Reference;
  readonly layerDigests: readonly string[];
}

interface Reference {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Makes an image of OCI's form from layers. */
export function imageOf(layers: readonly TestLayer[], config: object = {}): TestImage {
  const blobs = new Map<string, Buffer>();
  const put = (content: Buffer, mediaType: string): Reference => {
    blobs.set(sha256(content), content);
    return { mediaType, digest: sha256(content), size: content.length };
  };
  const stored = layers.map(({ tar, blob = tar, mediaType = 'application/vnd.oci.image.layer.v1.tar' }) =>
    put(blob, mediaType),
  );
  const document = {
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => sha256(tar)) },
    ...config,
  };
  const configReference = put(Buffer.from(JSON.stringify(document)), 'application/vnd.oci.image.config.v1+json');
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: configReference, layers: stored };
  return {
    blobs,
    manifest: put(Buffer.from(JSON.stringify(manifest)), MANIFEST),
    layerDigests: stored.map(({ digest }) => digest),
  };
}

/** The files of an OCI layout with this index. */
export function layoutFiles(blobs: ReadonlyMap<string, Buffer>, manifests: readonly object[]): TarEntrySpec[] {
  return [
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: JSON.stringify({ schemaVersion: 2, manifests }) },
    ...[...blobs].map(([digest, content]) => ({ name: `blobs/${digest.replace(':', '/')}`, content })),
  ];
}

export function layoutArchive(image: TestImage, annotations: Readonly<Record<string, string>> = {}): Buffer {
  return tarOf(layoutFiles(image.blobs, [{ ...image.manifest, annotations }]));
}
