import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** The image of every test container and of the pods' own process: a static busybox that sleeps unless told otherwise. */
export const TEST_IMAGE = 'localhost/bulkhead-test/busybox:1';

const PROGRAMS = ['sh', 'sleep', 'httpd', 'cat', 'wget', 'mkdir'];

/** Writes an archive of the test image. Same busybox, same bytes. */
export async function writeTestImage(folder: string): Promise<string> {
  const rootfs = join(folder, 'rootfs');
  await mkdir(join(rootfs, 'bin'), { recursive: true });
  await mkdir(join(rootfs, 'tmp'));
  await copyFile('/bin/busybox', join(rootfs, 'bin/busybox'));
  for (const program of PROGRAMS) await symlink('busybox', join(rootfs, 'bin', program));
  const config = { Env: ['PATH=/bin'], Cmd: ['/bin/sleep', '86400'] };
  return writeImage({ folder, rootfs, name: TEST_IMAGE, config });
}

export interface ImageRequest {
  /** Of its own for this image: where its parts and the archive lie. */
  readonly folder: string;
  /** The only layer. */
  readonly rootfs: string;
  readonly name: string;
  /** What the OCI image specification calls `config`. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Writes an OCI image archive that `ctr images import` takes, and gives its path. */
export async function writeImage({ folder, rootfs, name, config }: ImageRequest): Promise<string> {
  const layout = join(folder, 'layout');
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  const layerFile = join(folder, 'layer.tar');
  const owner = ['--owner=0', '--group=0', '--numeric-owner'];
  await run('tar', ['--sort=name', '--mtime=@0', ...owner, '-C', rootfs, '-cf', layerFile, '.']);
  const layer = await putBlob(layout, await readFile(layerFile));
  const settings = await putJson(layout, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await putJson(layout, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...settings },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const tag = name.slice(name.lastIndexOf(':') + 1);
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, annotations };
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));

  const archive = join(folder, 'image.tar');
  await run('tar', ['-C', layout, '-cf', archive, 'oci-layout', 'index.json', 'blobs']);
  return archive;
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

function putJson(layout: string, value: unknown): Promise<Blob> {
  return putBlob(layout, Buffer.from(JSON.stringify(value)));
}

async function putBlob(layout: string, bytes: Buffer): Promise<Blob> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hash), bytes);
  return { digest: `sha256:${hash}`, size: bytes.length };
}
