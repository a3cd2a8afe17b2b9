import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** The image of every test container and of the pods' own process: a static busybox that sleeps unless told otherwise. */
export const TEST_IMAGE = 'localhost/bulkhead-test/busybox:1';

const PROGRAMS = ['sh', 'sleep', 'httpd', 'cat', 'wget', 'mkdir'];

/** Writes an OCI image archive that `ctr images import` takes. Same busybox, same bytes. */
export async function writeTestImage(folder: string): Promise<string> {
  const rootfs = join(folder, 'rootfs');
  const layout = join(folder, 'layout');
  await mkdir(join(rootfs, 'bin'), { recursive: true });
  await mkdir(join(rootfs, 'tmp'));
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  await copyFile('/bin/busybox', join(rootfs, 'bin/busybox'));
  for (const program of PROGRAMS) await symlink('busybox', join(rootfs, 'bin', program));

  const layerFile = join(folder, 'layer.tar');
  await run('tar', ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-C', rootfs, '-cf', layerFile, '.']);
  const layer = await putBlob(layout, await readFile(layerFile));
  const config = await putJson(layout, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['/bin/sleep', '86400'] },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await putJson(layout, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const annotations = { 'io.containerd.image.name': TEST_IMAGE, 'org.opencontainers.image.ref.name': '1' };
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
