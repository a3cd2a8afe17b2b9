import { createHash, type KeyObject, sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDaemon } from './daemon.ts';
import { tarOf } from './tar.ts';

const PROGRAM = '/usr/bin/docker-registry';

export interface PushedArtifact {
  readonly artifactType: string;
  readonly mediaType: string;
  readonly content: Buffer;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A gzip-compressed layer. */
export interface PushedLayer {
  readonly content: Buffer;
  /** Digest of what is compressed. */
  readonly diffId: string;
}

/** Makes the annotations of a signature, of what is signed. */
export type SignPayload = (payload: Buffer) => Promise<Readonly<Record<string, string>>>;

export interface RegistryServer {
  /** Host and port; it speaks plain HTTP. */
  readonly host: string;
  /** Makes an image of one layer with these files and pushes it; gives the digest of its manifest. */
  push(repository: string, tag: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Pushes an image of these layers; gives the digest of its manifest. */
  pushLayers(repository: string, tag: string, layers: readonly PushedLayer[]): Promise<string>;
  /**
   * Signs an image as cosign does, with a private key or by what makes the annotations of a signature; its other signatures are
   * replaced.
   */
  sign(repository: string, digest: string, by: KeyObject | SignPayload): Promise<void>;
  /** Pushes a file as the only layer of an artifact; gives the file's digest. */
  pushArtifact(repository: string, tag: string, artifact: PushedArtifact): Promise<string>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Why no registry can be started here; nothing when one can. */
export function registryMissing(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing (Debian: docker-registry)`;
}

/** Starts a registry of its own in a temporary folder, on loopback, open to everybody there. */
export async function startRegistry(): Promise<RegistryServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'storage') } },
    http: { addr: host },
  };
  const file = join(folder, 'config.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  const isReady = (): Promise<Response> => fetch(`http://${host}/v2/`);
  const daemon = await startDaemon({ name: 'registry', program: PROGRAM, parameters: ['serve', file], isReady });
  return {
    host,
    push: (repository, tag, files) => pushImage(`http://${host}/v2/${repository}`, tag, files),
    pushLayers: (repository, tag, layers) => pushLayers(`http://${host}/v2/${repository}`, tag, layers),
    sign: (repository, digest, by) => signImage(`http://${host}/v2/${repository}`, digest, by),
    pushArtifact: (repository, tag, artifact) => pushArtifact(`http://${host}/v2/${repository}`, tag, artifact),
    async remove() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function pushImage(base: string, tag: string, files: Readonly<Record<string, string>>): Promise<string> {
  const layer = await pushBlob(base, tarOf(files));
  return pushManifest(base, tag, {
    config: await pushSettings(base, tag, [layer.digest]),
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
}

async function pushLayers(base: string, tag: string, layers: readonly PushedLayer[]): Promise<string> {
  const pushed = [];
  for (const { content } of layers) {
    pushed.push({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...(await pushBlob(base, content)) });
  }
  const diffIds = layers.map(({ diffId }) => diffId);
  return pushManifest(base, tag, { config: await pushSettings(base, tag, diffIds), layers: pushed });
}

/** The tag makes each image another one, also when its layers are another's: digests are what is counted. */
async function pushSettings(base: string, tag: string, diffIds: readonly string[]): Promise<object> {
  const settings = {
    os: 'linux',
    architecture: 'amd64',
    config: { Labels: { tag } },
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const config = await pushBlob(base, Buffer.from(JSON.stringify(settings)));
  return { mediaType: 'application/vnd.oci.image.config.v1+json', ...config };
}

async function signImage(base: string, digest: string, by: KeyObject | SignPayload): Promise<void> {
  const critical = { type: 'cosign container image signature', image: { 'docker-manifest-digest': digest } };
  const payload = Buffer.from(JSON.stringify({ critical, optional: null }));
  const annotations = typeof by === 'function' ? await by(payload) : signedBy(by, payload);
  const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
  const config = await pushBlob(base, Buffer.from('{}'));
  await pushManifest(base, `${digest.replace(':', '-')}.sig`, {
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType, ...(await pushBlob(base, payload)), annotations }],
  });
}

function signedBy(key: KeyObject, payload: Buffer): Readonly<Record<string, string>> {
  const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', payload, key).toString('base64');
  return { 'dev.cosignproject.cosign/signature': signature };
}

async function pushArtifact(base: string, tag: string, artifact: PushedArtifact): Promise<string> {
  const { artifactType, mediaType, content, annotations } = artifact;
  const layer = await pushBlob(base, content);
  const config = await pushBlob(base, Buffer.from('{}'));
  await pushManifest(base, tag, {
    artifactType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...config },
    layers: [{ mediaType, ...layer }],
    ...(annotations !== undefined && { annotations }),
  });
  return layer.digest;
}

/** Gives the manifest's digest. */
async function pushManifest(base: string, tag: string, content: object): Promise<string> {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, ...content });
  const put = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: manifest,
  });
  if (put.status !== 201) throw new Error(`pushing the manifest gave ${put.status}: ${await put.text()}`);
  return digestOf(manifest);
}

async function pushBlob(base: string, content: Buffer): Promise<{ readonly digest: string; readonly size: number }> {
  const blob = { digest: digestOf(content), size: content.length };
  const known = await fetch(`${base}/blobs/${blob.digest}`, { method: 'HEAD' });
  if (known.ok) return blob;
  const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', base);
  location.searchParams.set('digest', blob.digest);
  const put = await fetch(location, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(content),
  });
  if (put.status !== 201) throw new Error(`pushing a blob gave ${put.status}`);
  return blob;
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
