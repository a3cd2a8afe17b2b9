import { createHash } from 'node:crypto';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** A repository of a registry of the lab. */
export interface Place {
  readonly host: string;
  readonly repository: string;
  readonly hasReferrersApi?: boolean;
}

/** Puts a bundle beside an image; where there is no referrers API it takes the place of what refers to the image. */
export async function pushBundle(
  place: Place,
  digest: string,
  content: Buffer,
  annotations?: Readonly<Record<string, string>>,
): Promise<void> {
  const descriptor = await pushBlob(place, content);
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', ...(await pushBlob(place, Buffer.from('{}'))) };
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: empty,
    layers: [{ mediaType: BUNDLE, ...descriptor }],
    subject: { mediaType: MANIFEST, digest, size: 1 },
    annotations,
  };
  const text = Buffer.from(JSON.stringify(manifest));
  const stored = await pushManifest(place, digestOf(text), MANIFEST, text);
  if (place.hasReferrersApi === true) return;
  const manifests = [{ mediaType: MANIFEST, digest: stored, size: text.length, artifactType: BUNDLE }];
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  await pushManifest(place, digest.replace(':', '-'), INDEX, index);
}

/** Stores a manifest under a tag; gives its digest. */
export async function pushManifest(place: Place, tag: string, mediaType: string, content: Buffer): Promise<string> {
  const stored = await fetch(`http://${place.host}/v2/${place.repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: new Uint8Array(content),
  });
  if (stored.status !== 201) throw new Error(`not stored: ${stored.status} ${await stored.text()}`);
  return digestOf(content);
}

/** The bytes of a manifest or index. */
export async function readManifest(place: Place, tag: string): Promise<Buffer> {
  const url = `http://${place.host}/v2/${place.repository}/manifests/${tag}`;
  const response = await fetch(url, { headers: { accept: `${MANIFEST}, ${INDEX}` } });
  if (!response.ok) throw new Error(`${tag} is not there: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function pushBlob({ host, repository }: Place, content: Buffer) {
  const base = `http://${host}/v2/${repository}/blobs/uploads/`;
  const started = await fetch(base, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', base);
  location.searchParams.set('digest', digestOf(content));
  const headers = { 'content-type': 'application/octet-stream' };
  const stored = await fetch(location, { method: 'PUT', headers, body: new Uint8Array(content) });
  if (stored.status !== 201) throw new Error(`the blob was not stored: ${stored.status}`);
  return { digest: digestOf(content), size: content.length };
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
