import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  addReferrersApi,
  type CosignVersion,
  cosign,
  cosignMissing,
  type ReferrersApi,
  type RegistryServer,
  registryMissing,
  startRegistry,
} from '@bulkhead/lab';
import { readSignatures } from '@bulkhead/oci';
import { checkSignatures, MAX_SIGNATURES, readTrust } from '@bulkhead/scanner/signature';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INDEX, MANIFEST, type Place, pushBundle, pushManifest, readManifest } from '../testing/referrer.ts';
import { verifyImage } from './verify-image.ts';

const missing = registryMissing() ?? cosignMissing();
if (missing !== undefined) process.stderr.write(`signatures by the real cosign are not tested: ${missing}\n`);

const SIGNAL = new AbortController().signal;
const NO_LOG = ['--tlog-upload=false'];
const OLD = ['--new-bundle-format=false', '--use-signing-config=false', ...NO_LOG];
const NO_SERVICES = ['--signing-config', 'services.json', '--trusted-root', 'root.json'];

interface Form {
  readonly version: CosignVersion;
  readonly words: readonly string[];
  /** What has to be said for cosign to find it again. */
  readonly verify?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Everything that cosign makes with a key and without a log. */
const FORMS: Readonly<Record<string, Form>> = {
  'by cosign 2.5.0': { version: '2.5.0', words: NO_LOG },
  'by cosign 2.5.0, with annotations': { version: '2.5.0', words: [...NO_LOG, '-a', 'env=prod', '-a', 'team=shop'] },
  'by cosign 2.5.0, as a referrer': {
    version: '2.5.0',
    words: [...NO_LOG, '--registry-referrers-mode=oci-1-1'],
    verify: ['--experimental-oci11'],
    env: { COSIGN_EXPERIMENTAL: '1' },
  },
  'by cosign 3.1.1': { version: '3.1.1', words: NO_SERVICES },
  'by cosign 3.1.1, with annotations': { version: '3.1.1', words: [...NO_SERVICES, '-a', 'env=prod'] },
  'by cosign 3.1.1, without a signing config': { version: '3.1.1', words: ['--use-signing-config=false', ...NO_LOG] },
  'by cosign 3.1.1, in the older format': { version: '3.1.1', words: OLD },
};

describe.skipIf(missing !== undefined)('what the real cosign has signed', { timeout: 120_000 }, () => {
  let registry: RegistryServer;
  let referrers: ReferrersApi;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    [registry, folder] = await Promise.all([startRegistry(), mkdtemp(join(tmpdir(), 'bulkhead-cosign-'))]);
    referrers = await addReferrersApi(registry.host);
    for (const name of ['ours', 'other']) {
      await cosign('3.1.1', folder, ['generate-key-pair', '--output-key-prefix', name]);
    }
    await writeFile(
      join(folder, 'services.json'),
      '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json"}',
    );
    await writeFile(
      join(folder, 'root.json'),
      '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}',
    );
  });
  afterAll(async () => {
    await referrers?.close();
    await registry?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** An image that no other test has. */
  const pushed = async (repository: string): Promise<string> => {
    count += 1;
    return registry.push(repository, String(count), { a: String(count) });
  };
  const sign = (form: Form, image: string, ...more: readonly string[]) =>
    done(cosign(form.version, folder, ['sign', '-y', '--key', 'ours.key', ...form.words, ...more, image], form.env));
  const cosignSays = async (form: Form, image: string, key = 'ours'): Promise<boolean> => {
    const words = ['verify', '--key', `${key}.pub`, '--insecure-ignore-tlog', ...(form.verify ?? []), image];
    return (await cosign(form.version, folder, words, form.env)).isDone;
  };
  /** What `image verify` says, after it was seen that what the workers ask says the same. */
  const weSay = async (image: string, name = 'ours'): Promise<{ verified: boolean; text: string }> => {
    const key = join(folder, `${name}.pub`);
    let text = '';
    const sink = { write: (chunk: string) => (text += chunk) };
    const io = { stdout: sink, stderr: sink, signal: SIGNAL } as unknown as Parameters<typeof verifyImage>[2];
    const verified = (await verifyImage(image, { key, plainHttp: true }, io)) === 0;
    const { digest, materials } = await readSignatures(image, { plainHttp: true }, SIGNAL);
    const trust = readTrust({ keys: [await readFile(key, 'utf8')], trustRoots: [] });
    expect((await checkSignatures(digest, materials, trust)).verified).toHaveLength(verified ? 1 : 0);
    return { verified, text };
  };

  describe.each([
    ['in a registry without the referrers API', () => registry.host],
    ['in a registry with it', () => referrers.host],
  ])('%s', (where, host) => {
    const hasReferrersApi = where.includes('with it');
    const repository = hasReferrersApi ? 'referred' : 'tagged';
    const place = (): Place => ({ host: host(), repository, hasReferrersApi });

    it.each(Object.entries(FORMS))('%s is verified by its key alone, as cosign does', async (_, form) => {
      const [image, another] = [
        `${host()}/${repository}@${await pushed(repository)}`,
        `${host()}/${repository}@${await pushed(repository)}`,
      ];
      await sign(form, image);

      expect([await cosignSays(form, image), (await weSay(image)).verified]).toEqual([true, true]);
      expect([await cosignSays(form, image, 'other'), (await weSay(image, 'other')).verified]).toEqual([false, false]);
      expect([await cosignSays(form, another), (await weSay(another)).verified]).toEqual([false, false]);
    });

    it.each(['2.5.0', '3.1.1'] as const)(
      'by cosign %s as an index is that of its platforms where all are signed',
      async (version) => {
        const form: Form = { version, words: version === '2.5.0' ? NO_LOG : NO_SERVICES };
        for (const words of [[], ['--recursive']]) {
          const platforms = [await pushed(repository), await pushed(repository)];
          const index = `${host()}/${repository}@${await pushIndex(repository, platforms)}`;
          await sign(form, index, ...words);

          expect([await cosignSays(form, index), (await weSay(index)).verified]).toEqual([true, true]);
          for (const digest of platforms) {
            const image = `${host()}/${repository}@${digest}`;
            const isSigned = words.length > 0;
            expect([await cosignSays(form, image), (await weSay(image)).verified]).toEqual([isSigned, isSigned]);
          }
        }
      },
    );

    it('is found beside attestations, which are none, however large they are', async () => {
      const image = `${host()}/${repository}@${await pushed(repository)}`;
      await writeFile(join(folder, 'large.json'), JSON.stringify({ text: 'x'.repeat(300_000) }));
      await writeFile(join(folder, 'small.json'), '{}');
      for (const predicate of ['large.json', 'small.json']) {
        const words = [
          'attest',
          '-y',
          '--key',
          'ours.key',
          ...NO_SERVICES,
          '--type',
          'custom',
          '--predicate',
          predicate,
        ];
        await done(cosign('3.1.1', folder, [...words, image]));
      }
      expect(await weSay(image)).toMatchObject({
        verified: false,
        text: expect.stringContaining('1 signature: what was signed is no signature of an image'),
      });

      await sign({ version: '3.1.1', words: NO_SERVICES }, image);
      expect((await weSay(image)).verified).toBe(true);
    });

    it('of bytes is no signature of an image, though they are those of its manifest', async () => {
      const digest = await pushed(repository);
      const image = `${host()}/${repository}@${digest}`;
      await writeFile(join(folder, 'manifest.json'), await readManifest(place(), digest));
      const words = ['sign-blob', '-y', '--key', 'ours.key', ...NO_SERVICES, '--bundle', 'blob.json', 'manifest.json'];
      await done(cosign('3.1.1', folder, words));
      await pushBundle(place(), digest, await readFile(join(folder, 'blob.json')));

      expect(await cosignSays({ version: '3.1.1', words: [] }, image)).toBe(false);
      expect(await weSay(image)).toMatchObject({
        verified: false,
        text: expect.stringContaining('1 signature: it is of a file, as cosign sign-blob makes them'),
      });
    });

    it('is found although others have put beside it what cannot be read', async () => {
      const digest = await pushed(repository);
      const image = `${host()}/${repository}@${digest}`;
      await pushBundle(place(), digest, Buffer.alloc(2 ** 20));
      await sign({ version: '3.1.1', words: NO_SERVICES }, image);

      expect((await weSay(image)).verified).toBe(true);
    });
  });

  it('is found behind more attestations than are looked at', async () => {
    const digest = await pushed('attested');
    const image = `${referrers.host}/attested@${digest}`;
    const place = { host: referrers.host, repository: 'attested', hasReferrersApi: true };
    const annotations = { 'dev.sigstore.bundle.predicateType': 'https://slsa.dev/provenance/v1' };
    for (let one = 0; one <= MAX_SIGNATURES; one += 1) {
      await pushBundle(place, digest, Buffer.from(String(one)), annotations);
    }
    await sign({ version: '3.1.1', words: NO_SERVICES }, image);

    expect([await cosignSays({ version: '3.1.1', words: [] }, image), (await weSay(image)).verified]).toEqual([
      true,
      true,
    ]);
  });

  it.each<[string, CosignVersion, boolean, readonly string[]]>([
    ['P-384', '2.5.0', true, ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['RSA', '2.5.0', true, ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048']],
    ['Ed25519', '2.5.0', true, ['ed25519']],
    ['RSA', '3.1.1', true, ['RSA', '-pkeyopt', 'rsa_keygen_bits:3072']],
    ['P-384', '3.1.1', false, ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['P-521', '3.1.1', false, ['EC', '-pkeyopt', 'ec_paramgen_curve:P-521']],
  ])('by a key of the kind %s and cosign %s is verified as cosign does: %s', async (_, version, isVerified, kind) => {
    const image = `${registry.host}/kinds@${await pushed('kinds')}`;
    const prefix = `kind-${count}`;
    const made = ['genpkey', '-quiet', '-algorithm', ...kind, '-out', `${prefix}.pem`];
    await promisify(execFile)('openssl', made, { cwd: folder });
    await done(cosign('3.1.1', folder, ['import-key-pair', '--key', `${prefix}.pem`, '--output-key-prefix', prefix]));
    const form: Form = { version, words: version === '2.5.0' ? NO_LOG : NO_SERVICES };
    await done(cosign(version, folder, ['sign', '-y', '--key', `${prefix}.key`, ...form.words, image]));

    expect([await cosignSays(form, image, prefix), (await weSay(image, prefix)).verified]).toEqual([
      isVerified,
      isVerified,
    ]);
  });

  it('is none of another image beside which it was put', async () => {
    const digest = await pushed('changed');
    const image = `${registry.host}/changed@${digest}`;
    await sign({ version: '2.5.0', words: NO_LOG }, image);
    expect((await weSay(image)).verified).toBe(true);
    const other = await pushed('changed');
    const place = { host: registry.host, repository: 'changed' };
    const signature = await readManifest(place, `${digest.replace(':', '-')}.sig`);
    await pushManifest(place, `${other.replace(':', '-')}.sig`, MANIFEST, signature);

    const moved = `${registry.host}/changed@${other}`;
    expect(await cosignSays({ version: '2.5.0', words: [] }, moved)).toBe(false);
    expect(await weSay(moved)).toMatchObject({
      verified: false,
      text: expect.stringContaining('it is of another image'),
    });
  });

  async function pushIndex(repository: string, digests: readonly string[]): Promise<string> {
    const manifests = [];
    for (const [at, digest] of digests.entries()) {
      const url = `http://${registry.host}/v2/${repository}/manifests/${digest}`;
      const { headers } = await fetch(url, { method: 'HEAD', headers: { accept: MANIFEST } });
      const platform = { os: 'linux', architecture: at === 0 ? 'amd64' : 'arm64' };
      manifests.push({ mediaType: MANIFEST, digest, size: Number(headers.get('content-length')), platform });
    }
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    count += 1;
    return pushManifest({ host: registry.host, repository }, String(count), INDEX, content);
  }
});

async function done(running: ReturnType<typeof cosign>): Promise<void> {
  const { isDone, stderr } = await running;
  if (!isDone) throw new Error(stderr);
}
