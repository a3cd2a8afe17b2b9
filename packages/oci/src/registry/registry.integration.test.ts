import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../open-image.ts';
import { missingForRegistry, PASSWORD, TestRegistries, USER } from '../test-support/docker-registry.ts';
import { imageOf, type TestImage } from '../test-support/images.ts';
import { listAndClose } from '../test-support/listing.ts';
import { gzipped, tarOf } from '../test-support/tar.ts';
import type { CredentialSource } from './credentials.ts';
import { dockerCredentials } from './credentials.ts';
import { Registry } from './registry.ts';

const missing = missingForRegistry();
if (missing !== undefined) process.stderr.write(`skipped: images from a real registry: ${missing}\n`);

const signal = new AbortController().signal;
const anonymous: CredentialSource = () => Promise.resolve(undefined);
const known: CredentialSource = () => Promise.resolve({ username: USER, password: PASSWORD });
const wrong: CredentialSource = () => Promise.resolve({ username: USER, password: 'not it' });

describe.skipIf(missing !== undefined)('images from a real registry', () => {
  const registries = new TestRegistries();
  let image: TestImage;
  let arm: TestImage;

  beforeAll(async () => {
    await registries.start();
    const tar = tarOf([{ name: 'etc/name', content: 'amd64' }]);
    const armTar = tarOf([{ name: 'etc/name', content: 'arm64' }]);
    const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
    image = imageOf([{ tar, blob: gzipped(tar), mediaType }]);
    arm = imageOf([{ tar: armTar, blob: gzipped(armTar), mediaType }], { architecture: 'arm64' });
    await registries.push('public/app', '1.0', image);
    await registries.push('private/app', '1.0', image);
    await registries.push('public/app', 'arm', arm);
    const indexType = 'application/vnd.oci.image.index.v1+json';
    const manifests = [
      { ...image.manifest, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm.manifest, platform: { os: 'linux', architecture: 'arm64' } },
    ];
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
    await registries.pushManifest('public/app', 'both', index, indexType);
  });

  afterAll(async () => {
    await registries.stop();
  });

  async function nameIn(reference: string, options: Parameters<typeof openImage>[1]): Promise<string | undefined> {
    const [layer] = await listAndClose(await openImage(reference, options));
    return layer?.contents.get('etc/name');
  }

  it('are read without encryption on this machine', async () => {
    expect(await nameIn(`${registries.open}/public/app:1.0`, { credentials: anonymous })).toBe('amd64');
  });

  it('are read by digest, and for the platform that is wanted', async () => {
    const { digest } = arm.manifest;
    expect(await nameIn(`${registries.open}/public/app@${digest}`, { credentials: anonymous })).toBe('arm64');
    const platform = { os: 'linux', architecture: 'arm64' };
    expect(await nameIn(`${registries.open}/public/app:both`, { credentials: anonymous, platform })).toBe('arm64');
    const riscv = { os: 'linux', architecture: 'riscv64' };
    await expect(openImage(`${registries.open}/public/app:both`, { platform: riscv })).rejects.toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
      why: 'it is for linux/amd64, linux/arm64',
    });
  });

  it('are read with basic credentials over TLS with an authority of its own', async () => {
    const options = { credentials: known, ca: registries.ca };
    expect(await nameIn(`${registries.basic}/private/app:1.0`, options)).toBe('amd64');
  });

  it('are read with credentials as docker login keeps them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-docker-'));
    const auth = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [registries.basic]: { auth } } }));
    const credentials = dockerCredentials(join(folder, 'config.json'));
    expect(await nameIn(`${registries.basic}/private/app:1.0`, { credentials, ca: registries.ca })).toBe('amd64');
    rmSync(folder, { recursive: true });
  });

  it('are read with a token, also an anonymous one', async () => {
    const { ca } = registries;
    expect(await nameIn(`${registries.token}/private/app:1.0`, { credentials: known, ca })).toBe('amd64');
    expect(await nameIn(`${registries.token}/public/app:1.0`, { credentials: anonymous, ca })).toBe('amd64');
  });

  it('keep a token for as long as it is good and fetch a new one afterwards', async () => {
    const repository = new Registry(registries.token, { credentials: known, ca: registries.ca }).repository(
      'public/app',
    );
    const before = registries.tokensIssued;
    for (let count = 0; count < 3; count += 1) await repository.resolve('1.0', signal);
    expect(registries.tokensIssued).toBe(before + 1);
    registries.tokenSeconds = 1;
    const shortLived = new Registry(registries.token, { credentials: known, ca: registries.ca }).repository(
      'public/app',
    );
    for (let count = 0; count < 3; count += 1) await shortLived.resolve('1.0', signal);
    registries.tokenSeconds = 300;
    expect(registries.tokensIssued).toBe(before + 4);
    await repository.close();
    await shortLived.close();
  });

  it.each([
    ['wrong credentials for basic', () => `${registries.basic}/private/app:1.0`, wrong, 'REGISTRY_DENIED', 'wrong'],
    [
      'no credentials for basic',
      () => `${registries.basic}/private/app:1.0`,
      anonymous,
      'REGISTRY_DENIED',
      'no credentials',
    ],
    ['wrong credentials for a token', () => `${registries.token}/private/app:1.0`, wrong, 'REGISTRY_DENIED', 'wrong'],
    [
      'too little permission',
      () => `${registries.token}/private/app:1.0`,
      anonymous,
      'REGISTRY_DENIED',
      'no credentials',
    ],
    [
      'a tag that is not there',
      () => `${registries.basic}/private/app:2.0`,
      known,
      'IMAGE_NOT_FOUND',
      'private/app/manifests/2.0',
    ],
    ['a repository that is not there', () => `${registries.open}/no/app:1.0`, anonymous, 'IMAGE_NOT_FOUND', 'no/app'],
    ['a registry that is not there', () => '127.0.0.1:1/app:1.0', anonymous, 'REGISTRY_UNREACHABLE', 'nothing listens'],
  ])('are refused with one clear line for %s', async (_case, reference, credentials, code, words) => {
    const opened = openImage(reference(), { credentials, ca: registries.ca, firstDelayMs: 1 });
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('are refused from a registry whose certificate is not trusted', async () => {
    await expect(openImage(`${registries.basic}/private/app:1.0`, { credentials: known })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringContaining('authority that is not trusted'),
    });
  });

  it('come from a mirror that has them, and from the registry where it does not', async () => {
    const mirrors = { [registries.basic]: ['127.0.0.1:1', registries.open] };
    const options = { credentials: anonymous, mirrors, firstDelayMs: 1 };
    expect(await nameIn(`${registries.basic}/private/app:1.0`, options)).toBe('amd64');
    const useless = { [registries.open]: ['127.0.0.1:1', registries.basic] };
    const fallback = { credentials: wrong, mirrors: useless, ca: registries.ca, firstDelayMs: 1 };
    expect(await nameIn(`${registries.open}/public/app:1.0`, fallback)).toBe('amd64');
  });

  it('are found by listing repositories and tags, and compared by digest', async () => {
    const registry = new Registry(registries.open, { credentials: anonymous });
    const repositories = await all(registry.catalog(signal));
    expect(repositories).toEqual(['private/app', 'public/app']);
    const repository = registry.repository('public/app');
    expect((await all(repository.tags(signal))).toSorted()).toEqual(['1.0', 'arm', 'both']);
    expect(await repository.resolve('1.0', signal)).toBe(image.manifest.digest);
    registry.close();
  });

  it('lead to what refers to them by the tag of older registries', async () => {
    const type = 'application/vnd.example.sbom';
    const index = { schemaVersion: 2, manifests: [{ ...arm.manifest, artifactType: type }] };
    const tag = image.manifest.digest.replace(':', '-');
    const indexType = 'application/vnd.oci.image.index.v1+json';
    const content = Buffer.from(JSON.stringify({ ...index, mediaType: indexType }));
    await registries.pushManifest('public/app', tag, content, indexType);
    const repository = new Registry(registries.open, { credentials: anonymous }).repository('public/app');
    const found = await repository.referrers(image.manifest.digest, signal, type);
    expect(found.map(({ digest }) => digest)).toEqual([arm.manifest.digest]);
    expect(await repository.referrers(image.manifest.digest, signal, 'another')).toEqual([]);
    expect(await repository.referrers(arm.manifest.digest, signal)).toEqual([]);
    await repository.close();
  });
});

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
