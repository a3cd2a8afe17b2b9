import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigstore, type RegistryServer, registryMissing, type Sigstore, startRegistry } from '@bulkhead/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bulkhead } from '../testing/bulkhead.ts';

const missing = registryMissing();
if (missing !== undefined) process.stderr.write(`signatures in a registry are not tested: ${missing}\n`);

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const SIGNED = 'https://sigstore.dev/cosign/sign/v1';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

describe.skipIf(missing !== undefined)('bulkhead image verify', { timeout: 120_000 }, () => {
  let registry: RegistryServer;
  let folder: string;
  let sigstore: Sigstore;
  const keys = {
    ec: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
    other: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ed: generateKeyPairSync('ed25519'),
  };
  type Name = keyof typeof keys;

  beforeAll(async () => {
    [registry, sigstore] = await Promise.all([startRegistry(), createSigstore()]);
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-keys-'));
    await writeFile(join(folder, 'root.pem'), sigstore.pem);
    await writeFile(join(folder, 'trusted_root.json'), sigstore.document);
    for (const [name, { publicKey }] of Object.entries(keys)) {
      await writeFile(join(folder, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
    }
  }, 60_000);
  afterAll(async () => {
    await registry?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const verified = (reference: string, key: Name) =>
    bulkhead(['image', 'verify', `${registry.host}/${reference}`, '--key', join(folder, `${key}.pub`)]);

  it.each(['ec', 'rsa', 'ed'] as const)('finds a simple signature by a key of the kind %s', async (kind) => {
    const digest = await registry.push(`simple-${kind}`, '1', { a: kind });
    await pushSimple(`simple-${kind}`, digest, [[digest, keys[kind].privateKey]]);

    const { status, stdout } = verified(`simple-${kind}:1`, kind);

    expect(stdout).toContain(`verified  ${registry.host}/simple-${kind}@${digest}`);
    expect(status).toBe(0);
    expect(verified(`simple-${kind}:1`, 'other')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('not verified'),
      stderr: expect.stringContaining('1 signature: it is not by this key'),
    });
  });

  it('takes the one of several that is the key’s, and none of another image', async () => {
    const digest = await registry.push('several', '1', { a: 'several' });
    const another = await registry.push('several', '2', { a: 'another' });
    await pushSimple('several', digest, [
      [digest, keys.other.privateKey],
      [digest, keys.ec.privateKey],
    ]);
    await pushSimple('several', another, [[digest, keys.ec.privateKey]]);

    expect(verified('several:1', 'ec').status).toBe(0);
    expect(verified('several:2', 'ec')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('it is of another image'),
    });
  });

  it('finds a bundle that refers to the image, and takes no attestation for a signature', async () => {
    const digest = await registry.push('bundled', '1', { a: 'bundled' });
    await pushBundle('bundled', digest, bundleByKey(statementOf(digest, 'https://slsa.dev/provenance/v1')));
    expect(verified('bundled:1', 'ec')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no signature of an image'),
    });
    await pushBundle('bundled', digest, bundleByKey(statementOf(digest, SIGNED)));

    expect(verified(`bundled@${digest}`, 'ec')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('(bundle)'),
    });
    expect(verified('bundled:1', 'other').status).toBe(1);
  });

  describe('without a key', () => {
    const by = ['--issuer', 'https://issuer.example.com'];
    const verifiedBy = (reference: string, root: string, ...words: readonly string[]) =>
      bulkhead([
        'image',
        'verify',
        `${registry.host}/${reference}`,
        '--trust-root',
        join(folder, root),
        ...by,
        ...words,
      ]);

    it.each(['root.pem', 'trusted_root.json'])('finds who signed, by %s', async (root) => {
      const repository = `keyless-${root.replaceAll(/[._]/g, '-')}`;
      const simple = await registry.push(repository, 'simple', { a: 'simple' });
      const bundled = await registry.push(repository, 'bundled', { a: 'bundled' });
      await registry.sign(repository, simple, (payload) => sigstore.signSimple(payload));
      const url = { names: [{ type: 'url', value: 'https://git.example.com/shop/ci.yml@refs/heads/main' }] } as const;
      await pushBundle(repository, bundled, await sigstore.signBundle(statementOf(bundled, SIGNED), url));

      expect(verifiedBy(`${repository}:simple`, root, '--subject', 'builder@example.com')).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('signer builder@example.com (https://issuer.example.com)'),
      });
      expect(
        verifiedBy(
          `${repository}:bundled`,
          root,
          '--subject-pattern',
          'https://git.example.com/shop/*@refs/heads/main',
        ),
      ).toMatchObject({ status: 0, stdout: expect.stringContaining('signer https://git.example.com/shop/ci.yml@') });
      for (const other of [
        ['--subject', 'builder@example.co'],
        ['--subject-pattern', '*@other.example.com'],
      ]) {
        expect(verifiedBy(`${repository}:simple`, root, ...other)).toMatchObject({
          status: 1,
          stdout: expect.stringContaining('not verified'),
          stderr: expect.stringContaining('it is by builder@example.com (https://issuer.example.com)'),
        });
      }
    });

    it('says of what is by a key or by a stranger that it is nobody’s', async () => {
      const digest = await registry.push('keyless', '1', { a: 'keyless' });
      await registry.sign('keyless', digest, keys.ec.privateKey);
      expect(verifiedBy('keyless:1', 'root.pem', '--subject', 'a')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('no certificate with an entry in a log'),
      });
      const stranger = await createSigstore();
      await registry.sign('keyless', digest, (payload) => stranger.signSimple(payload));
      expect(verifiedBy('keyless:1', 'root.pem', '--subject', 'builder@example.com')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('does not hold'),
      });
    });

    it('asks to be told who is to have signed, and by which root', async () => {
      await writeFile(join(folder, 'bad.pem'), sigstore.pem.slice(0, sigstore.pem.indexOf('-----BEGIN PUBLIC KEY')));
      expect(verifiedBy('keyless:1', 'root.pem')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('give --key, or --trust-root'),
      });
      expect(verifiedBy('keyless:1', 'bad.pem', '--subject', 'a')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('it has no public key of a log'),
      });
    });
  });

  it('says that there is no signature, and what is wrong with a key', async () => {
    await registry.push('bare', '1', { a: 'bare' });
    expect(verified('bare:1', 'ec')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('it has no signature where cosign puts them'),
    });
    const secret = join(folder, 'private.pem');
    await writeFile(secret, keys.ec.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const { status, stderr } = bulkhead(['image', 'verify', `${registry.host}/bare:1`, '--key', secret]);

    expect(stderr).toContain('the key cannot be used: it is a private key');
    expect(status).toBe(1);
  });

  async function pushSimple(repository: string, digest: string, signed: readonly (readonly [string, KeyObject])[]) {
    const layers = [];
    for (const [of, key] of signed) {
      const payload = Buffer.from(
        JSON.stringify({
          critical: {
            identity: { 'docker-reference': repository },
            image: { 'docker-manifest-digest': of },
            type: 'cosign container image signature',
          },
          optional: { by: signed.findIndex((one) => one[1] === key) },
        }),
      );
      const signature = signatureOf(payload, key);
      layers.push({
        ...(await pushBlob(repository, payload)),
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      });
    }
    await pushManifest(repository, `${digest.replace(':', '-')}.sig`, { layers });
  }

  function bundleByKey(statement: object): object {
    const payload = Buffer.from(JSON.stringify(statement));
    const payloadType = 'application/vnd.in-toto+json';
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
    const sig = signatureOf(Buffer.concat([Buffer.from(head), payload]), keys.ec.privateKey);
    const dsseEnvelope = { payload: payload.toString('base64'), payloadType, signatures: [{ sig }] };
    return { mediaType: BUNDLE, verificationMaterial: {}, dsseEnvelope };
  }

  async function pushBundle(repository: string, digest: string, bundle: object) {
    const content = Buffer.from(JSON.stringify(bundle));
    const layer = { mediaType: BUNDLE, ...(await pushBlob(repository, content)) };
    const tag = createHash('sha256').update(content).digest('hex').slice(0, 12);
    const stored = await pushManifest(repository, tag, { artifactType: BUNDLE, layers: [layer] });
    // This registry has no referrers API: they stand in an index under a tag.
    const tagged = `${registryUrl(repository)}/manifests/${digest.replace(':', '-')}`;
    const index = 'application/vnd.oci.image.index.v1+json';
    const known = await fetch(tagged, { headers: { accept: index } });
    const { manifests = [] } = known.ok ? ((await known.json()) as { manifests?: object[] }) : {};
    const content2 = JSON.stringify({
      schemaVersion: 2,
      mediaType: index,
      manifests: [...manifests, { ...stored, artifactType: BUNDLE }],
    });
    const put = await fetch(tagged, { method: 'PUT', headers: { 'content-type': index }, body: content2 });
    if (put.status !== 201) throw new Error(`the index was not stored: ${put.status} ${await put.text()}`);
  }

  async function pushManifest(repository: string, tag: string, members: object) {
    const config = {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...(await pushBlob(repository, Buffer.from('{}'))),
    };
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, ...members }));
    const put = await fetch(`${registryUrl(repository)}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': MANIFEST },
      body: new Uint8Array(content),
    });
    if (put.status !== 201) throw new Error(`the manifest was not stored: ${put.status} ${await put.text()}`);
    return { mediaType: MANIFEST, digest: digestOf(content), size: content.length };
  }

  async function pushBlob(repository: string, content: Buffer) {
    const started = await fetch(`${registryUrl(repository)}/blobs/uploads/`, { method: 'POST' });
    const location = new URL(started.headers.get('location') ?? '', registryUrl(repository));
    location.searchParams.set('digest', digestOf(content));
    const headers = { 'content-type': 'application/octet-stream' };
    const put = await fetch(location, { method: 'PUT', headers, body: new Uint8Array(content) });
    if (put.status !== 201) throw new Error(`the blob was not stored: ${put.status}`);
    return { digest: digestOf(content), size: content.length };
  }

  function registryUrl(repository: string): string {
    return `http://${registry.host}/v2/${repository}`;
  }
});

function statementOf(digest: string, predicateType: string): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType,
    predicate: {},
  };
}

function signatureOf(data: Buffer, key: KeyObject): string {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key).toString('base64');
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
