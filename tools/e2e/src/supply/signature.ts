import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { digestOf, entryOf, type PushedImage } from './image.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** What signs the images that are signed, in PEM: another key in each run. */
export const SIGNING_KEY = publicKey.export({ type: 'spki', format: 'pem' });

/** A signature of an image as cosign puts it beside it. */
export function signatureOf({ repository, mediaType, manifest }: PushedImage): PushedImage {
  const digest = createHash('sha256').update(manifest).digest('hex');
  const critical = {
    type: 'cosign container image signature',
    image: { 'docker-manifest-digest': `sha256:${digest}` },
  };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const config = Buffer.from('{}');
  const layer = {
    ...entryOf('application/vnd.dev.cosign.simplesigning.v1+json', payload),
    annotations: { 'dev.cosignproject.cosign/signature': sign('sha256', payload, privateKey).toString('base64') },
  };
  const signature = {
    schemaVersion: 2,
    mediaType,
    config: entryOf('application/vnd.oci.image.config.v1+json', config),
    layers: [layer],
  };
  return {
    repository,
    tag: `sha256-${digest}.sig`,
    blobs: [payload, config].map((content) => ({ digest: digestOf(content), content: content.toString('base64') })),
    mediaType,
    manifest: JSON.stringify(signature),
  };
}
