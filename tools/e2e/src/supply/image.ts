import { createHash } from 'node:crypto';
import { tarOf } from '@bulkhead/lab';

const OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';

/** An image as it is pushed: what its manifest names, in base64, and the manifest itself. */
export interface PushedImage {
  readonly repository: string;
  readonly tag: string;
  readonly blobs: readonly { readonly digest: string; readonly content: string }[];
  readonly mediaType: string;
  readonly manifest: string;
}

/** An image of Debian 12 with one package, as far as scanners see. */
export function debianImage(repository: string, tag: string, name: string, version: string): PushedImage {
  const status = `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`;
  const layer = tarOf({ 'etc/os-release': OS_RELEASE, 'var/lib/dpkg/status': `${status}\n` });
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: entryOf('application/vnd.oci.image.config.v1+json', config),
    layers: [entryOf('application/vnd.oci.image.layer.v1.tar', layer)],
  };
  const blobs = [layer, config].map((content) => ({ digest: digestOf(content), content: content.toString('base64') }));
  return { repository, tag, blobs, mediaType, manifest: JSON.stringify(manifest) };
}

export function entryOf(mediaType: string, content: Buffer): object {
  return { mediaType, digest: digestOf(content), size: content.length };
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
