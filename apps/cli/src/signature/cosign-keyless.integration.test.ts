import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrustRoot } from '@bulkhead/core';
import {
  type CosignVersion,
  cosign,
  cosignMissing,
  type RegistryServer,
  registryMissing,
  type SigstoreServices,
  startRegistry,
  startSigstoreServices,
} from '@bulkhead/lab';
import { readSignatures } from '@bulkhead/oci';
import { checkSignatures, readTrust } from '@bulkhead/scanner/signature';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushBundle } from '../testing/referrer.ts';
import { verifyImage } from './verify-image.ts';

const missing = registryMissing() ?? cosignMissing();
if (missing !== undefined)
  process.stderr.write(`signatures by the real cosign without a key are not tested: ${missing}\n`);

const ISSUER = 'https://issuer.example.com';
const SUBJECT = 'builder@example.com';
const REPOSITORY = 'shop';
const SIGNAL = new AbortController().signal;

/** What is had of each service is a file of the folder. */
const FIRST_LOG = 'first.json';
const SECOND_LOG = 'second.json';
const NO_LOG = 'none.json';
const ROOT = 'root.json';
const PEM = 'root.pem';

interface Bundle {
  verificationMaterial: {
    certificate: { rawBytes: string };
    tlogEntries: Entry[];
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  dsseEnvelope: { payload: string; signatures: { sig: string }[] };
}

interface Entry {
  logId: { keyId: string };
  integratedTime?: string;
  inclusionProof: { hashes?: string[]; treeSize: string; rootHash: string; checkpoint: { envelope: string } };
  canonicalizedBody: string;
}

describe.skipIf(missing !== undefined)('what the real cosign has signed without a key', { timeout: 120_000 }, () => {
  let registry: RegistryServer;
  let services: SigstoreServices;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    [registry, services, folder] = await Promise.all([
      startRegistry(),
      startSigstoreServices(),
      mkdtemp(join(tmpdir(), 'bulkhead-keyless-')),
    ]);
    for (const [name, content] of Object.entries(services.pem)) await writeFile(join(folder, `${name}.pem`), content);
    await writeFile(join(folder, PEM), services.pem.fulcio + services.pem.rekor);
    await createRoot(ROOT, 'fulcio', 'rekor', 'rekor2', 'ctfe', 'tsa');
    await createConfig(SECOND_LOG, 2, true);
    await createConfig(FIRST_LOG, 1, false);
    await createConfig(NO_LOG, undefined, true);
  }, 120_000);
  afterAll(async () => {
    await services?.close();
    await registry?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const pushed = async (): Promise<string> => {
    count += 1;
    return registry.push(REPOSITORY, String(count), { a: String(count) });
  };
  const imageOf = (digest: string): string => `${registry.host}/${REPOSITORY}@${digest}`;
  /** cosign 2 is told of each service, cosign 3 has them from a file. */
  const sign = (version: CosignVersion, how: readonly string[], image: string) => {
    const token = ['--identity-token', services.token(ISSUER, SUBJECT)];
    const by =
      version === '2.5.0' ? ['--fulcio-url', services.url, '--rekor-url', services.url] : ['--trusted-root', ROOT];
    return done(cosign(version, folder, ['sign', '-y', ...by, ...how, ...token, image], environment(version)));
  };
  const cosignSays = async (
    version: CosignVersion,
    image: string,
    { root = ROOT, subject = SUBJECT, more = [] }: Asked = {},
  ) => {
    const by = version === '2.5.0' ? ['--rekor-url', services.url] : ['--trusted-root', root];
    const who = ['--certificate-identity', subject, '--certificate-oidc-issuer', ISSUER];
    return (await cosign(version, folder, ['verify', ...by, ...who, ...more, image], environment(version))).isDone;
  };
  /** What `image verify` says, after it was seen that what the workers ask says the same. */
  const weSay = async (image: string, { root = ROOT, subject = SUBJECT }: Asked = {}) => {
    let text = '';
    const sink = { write: (chunk: string) => (text += chunk) };
    const io = { stdout: sink, stderr: sink, signal: SIGNAL } as unknown as Parameters<typeof verifyImage>[2];
    const trustRoot = join(folder, root);
    const options = { trustRoot, issuer: ISSUER, subject, plainHttp: true };
    const verified = (await verifyImage(image, options, io)) === 0;
    const { digest, materials } = await readSignatures(image, { plainHttp: true }, SIGNAL);
    const trust = readTrust({ keys: [], trustRoots: [await readFile(trustRoot, 'utf8')] });
    const { signers } = await checkSignatures(digest, materials, trust);
    expect(signers.some((one) => one.subject === subject && one.issuer === ISSUER)).toBe(verified);
    return { verified, text };
  };

  it.each<[string, CosignVersion, readonly string[], readonly string[]]>([
    ['cosign 3.1.1 and Rekor 2', '3.1.1', ['--signing-config', SECOND_LOG], []],
    ['cosign 3.1.1 and Rekor 1', '3.1.1', ['--signing-config', FIRST_LOG], []],
    ['cosign 2.5.0 and Rekor 1', '2.5.0', [], []],
  ])('by %s is that of whom the certificate names, and of the image alone, as cosign says', async (_, version, how) => {
    const image = imageOf(await pushed());
    const another = imageOf(await pushed());
    await sign(version, how, image);

    expect([await cosignSays(version, image), (await weSay(image)).verified]).toEqual([true, true]);
    const subject = 'somebody@example.com';
    expect([await cosignSays(version, image, { subject }), (await weSay(image, { subject })).verified]).toEqual([
      false,
      false,
    ]);
    expect([await cosignSays(version, another), (await weSay(another)).verified]).toEqual([false, false]);
  });

  it('by cosign 2.5.0 with a timestamp is held by the log as well', async () => {
    const image = imageOf(await pushed());
    await sign('2.5.0', ['--timestamp-server-url', `${services.url}/api/v1/timestamp`], image);

    const more = ['--timestamp-certificate-chain', 'tsa.pem', '--use-signed-timestamps'];
    expect([await cosignSays('2.5.0', image, { more }), (await weSay(image)).verified]).toEqual([true, true]);
  });

  it('is verified by PEM where the log made a promise, and needs a document where it did not', async () => {
    const [first, second] = [imageOf(await pushed()), imageOf(await pushed())];
    await sign('3.1.1', ['--signing-config', FIRST_LOG], first);
    await sign('3.1.1', ['--signing-config', SECOND_LOG], second);

    expect((await weSay(first, { root: PEM })).verified).toBe(true);
    expect(await weSay(second, { root: PEM })).toMatchObject({
      verified: false,
      text: expect.stringContaining('its log has made no promise, and a trust root in PEM has no more to hold it by'),
    });
  });

  it('is nobody’s without a log, also at a time that is known', async () => {
    const image = imageOf(await pushed());
    await sign('3.1.1', ['--signing-config', NO_LOG], image);

    expect([await cosignSays('3.1.1', image), (await weSay(image)).verified]).toEqual([false, false]);
  });

  it.each([
    ['the authority', ['rekor', 'rekor2', 'ctfe', 'tsa'], 'fulcio'],
    ['the log', ['fulcio', 'rekor', 'ctfe', 'tsa'], 'rekor2'],
    ['the timestamp authority', ['fulcio', 'rekor', 'rekor2', 'ctfe'], 'tsa'],
    ['the log of certificates', ['fulcio', 'rekor', 'rekor2', 'tsa'], 'ctfe'],
  ])('is nobody’s by a trust root with another one for %s', async (_, own, other) => {
    const image = imageOf(await pushed());
    await sign('3.1.1', ['--signing-config', SECOND_LOG], image);
    const stranger = await startSigstoreServices();
    const name = other as keyof SigstoreServices['pem'];
    await writeFile(join(folder, `strange-${name}.pem`), stranger.pem[name]);
    await stranger.close();
    await createRoot('strange.json', ...own, `strange-${name}`);
    expect(readTrustRoot(await readFile(join(folder, 'strange.json'), 'utf8')).ok).toBe(true);

    const root = 'strange.json';
    expect([await cosignSays('3.1.1', image, { root }), (await weSay(image, { root })).verified]).toEqual([
      false,
      false,
    ]);
  });

  it('is verified by a trust root without logs of certificates, of which cosign has to be told', async () => {
    const image = imageOf(await pushed());
    await sign('3.1.1', ['--signing-config', SECOND_LOG], image);
    await createRoot('without.json', 'fulcio', 'rekor', 'rekor2', 'tsa');

    const root = 'without.json';
    expect(await cosignSays('3.1.1', image, { root, more: ['--insecure-ignore-sct'] })).toBe(true);
    expect((await weSay(image, { root })).verified).toBe(true);
  });

  describe('as a bundle of Rekor 2', () => {
    let image: string;
    let digest: string;
    let good: Bundle;
    let other: Bundle;

    beforeAll(async () => {
      // The first is a leaf that has no sibling: the others have a path to the root.
      const [first, second] = [await pushed(), await pushed()];
      await sign('3.1.1', ['--signing-config', SECOND_LOG], imageOf(first));
      await sign('3.1.1', ['--signing-config', SECOND_LOG], imageOf(second));
      [good, other] = [await bundleOf(second), await bundleOf(first)];
      digest = second;
      image = imageOf(digest);
    });

    it('holds as it is', async () => {
      await pushBundle({ host: registry.host, repository: REPOSITORY }, digest, Buffer.from(JSON.stringify(good)));

      expect([await cosignSays('3.1.1', image), (await weSay(image)).verified]).toEqual([true, true]);
    });

    it.each<[string, (bundle: Bundle, entry: Entry) => void]>([
      ['without its timestamp', ({ verificationMaterial: one }) => delete one.timestampVerificationData],
      [
        'with the time of the log in place of its timestamp',
        ({ verificationMaterial: one }, entry) => {
          delete one.timestampVerificationData;
          entry.integratedTime = String(Math.floor(Date.now() / 1000));
        },
      ],
      [
        'with the timestamp of another',
        ({ verificationMaterial: one }) => {
          const { timestampVerificationData } = other.verificationMaterial;
          if (timestampVerificationData !== undefined) one.timestampVerificationData = timestampVerificationData;
        },
      ],
      [
        'with the certificate of another',
        (one) => (one.verificationMaterial.certificate = other.verificationMaterial.certificate),
      ],
      [
        'with the entry of another',
        (one) => (one.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries),
      ],
      ['without an entry', (one) => (one.verificationMaterial.tlogEntries = [])],
      ['with the envelope of another', (one) => (one.dsseEnvelope = other.dsseEnvelope)],
      ['with the payload of another', (one) => (one.dsseEnvelope.payload = other.dsseEnvelope.payload)],
      ['with the signature of another', (one) => (one.dsseEnvelope.signatures = other.dsseEnvelope.signatures)],
      ['with no path to the root', (_, entry) => (entry.inclusionProof.hashes = [])],
      [
        'with a checkpoint that was changed',
        (_, { inclusionProof: { checkpoint } }) =>
          (checkpoint.envelope = checkpoint.envelope.replace('rekor2.lab\n', 'rekor3.lab\n')),
      ],
      [
        'with a checkpoint that nobody has signed',
        (_, { inclusionProof: { checkpoint } }) => (checkpoint.envelope = checkpoint.envelope.replace(/\u2014.*/, '')),
      ],
      ['of another log', (_, entry) => (entry.logId.keyId = Buffer.alloc(32).toString('base64'))],
    ])('%s is nobody’s, as cosign says', async (_, change) => {
      expect(await bothSay(change)).toEqual([false, false]);
    });

    it('holds with an entry about its envelope as well, which other clients make and cosign 3.1 does not read', async () => {
      const { dsseEnvelope, verificationMaterial } = good;
      const verifiers = [{ x509Certificate: verificationMaterial.certificate, keyDetails: 'PKIX_ECDSA_P256_SHA_256' }];
      const logged = await fetch(`${services.url}/api/v2/log/entries`, {
        method: 'POST',
        body: JSON.stringify({ dsseRequestV002: { envelope: dsseEnvelope, verifiers } }),
      });
      const entry = (await logged.json()) as Entry;

      expect(await bothSay(({ verificationMaterial: one }) => (one.tlogEntries = [entry]))).toEqual([false, true]);
      expect(
        await bothSay(({ verificationMaterial: one, dsseEnvelope: envelope }) => {
          one.tlogEntries = [entry];
          envelope.payload = other.dsseEnvelope.payload;
        }),
      ).toEqual([false, false]);
    });

    it('is held by what the log has signed, whatever else repeats it, as cosign says', async () => {
      expect(
        await bothSay((_, { inclusionProof: one }) => {
          one.rootHash = Buffer.alloc(32).toString('base64');
          one.treeSize = '1000';
        }),
      ).toEqual([true, true]);
    });

    it('has its entry to the letter, which cosign writes anew first', async () => {
      expect(
        await bothSay((_, entry) => {
          const body = Buffer.from(entry.canonicalizedBody, 'base64').toString();
          entry.canonicalizedBody = Buffer.from(`${body} `).toString('base64');
        }),
      ).toEqual([true, false]);
    });

    async function bothSay(change: (bundle: Bundle, entry: Entry) => void): Promise<readonly boolean[]> {
      const changed = structuredClone(good);
      const [entry] = changed.verificationMaterial.tlogEntries;
      if (entry === undefined) throw new Error('the bundle has no entry');
      change(changed, entry);
      expect(changed).not.toEqual(good);
      await pushBundle({ host: registry.host, repository: REPOSITORY }, digest, Buffer.from(JSON.stringify(changed)));
      return [await cosignSays('3.1.1', image), (await weSay(image)).verified];
    }
  });

  async function bundleOf(digest: string): Promise<Bundle> {
    const { materials } = await readSignatures(imageOf(digest), { plainHttp: true }, SIGNAL);
    const [one] = materials;
    if (one?.form !== 'bundle') throw new Error('there is no bundle');
    return JSON.parse(one.content.toString()) as Bundle;
  }

  async function createRoot(file: string, ...names: readonly string[]): Promise<void> {
    const words = names.flatMap((name) => {
      const kind = name.replace('strange-', '');
      const url = `url=https://${kind}.lab`;
      const start = 'start-time=2024-01-01T00:00:00Z';
      if (kind === 'fulcio' || kind === 'tsa') return [`--${kind}`, `${url},certificate-chain=${name}.pem`];
      const origin = kind === 'rekor2' ? `,origin=${services.origin}` : '';
      return [`--${kind.replace('2', '')}`, `${url},public-key=${name}.pem,${start}${origin}`];
    });
    await done(cosign('3.1.1', folder, ['trusted-root', 'create', ...words, '--out', file]));
  }

  async function createConfig(file: string, log: 1 | 2 | undefined, hasTime: boolean): Promise<void> {
    const since = 'start-time=2024-01-01T00:00:00Z,operator=lab';
    const words = [
      `--fulcio=url=${services.url},api-version=1,${since}`,
      ...(log === undefined ? [] : [`--rekor=url=${services.url},api-version=${log},${since}`, '--rekor-config=ANY']),
      ...(hasTime ? [`--tsa=url=${services.url}/api/v1/timestamp,api-version=1,${since}`, '--tsa-config=ANY'] : []),
    ];
    await done(cosign('3.1.1', folder, ['signing-config', 'create', ...words, '--out', file]));
  }
});

interface Asked {
  readonly root?: string;
  readonly subject?: string;
  readonly more?: readonly string[];
}

/** What cosign 2 trusts comes from the environment. */
function environment(version: CosignVersion): Readonly<Record<string, string>> {
  if (version !== '2.5.0') return {};
  return {
    SIGSTORE_ROOT_FILE: 'fulcio.pem',
    SIGSTORE_REKOR_PUBLIC_KEY: 'rekor.pem',
    SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: 'ctfe.pem',
  };
}

async function done(running: ReturnType<typeof cosign>): Promise<void> {
  const { isDone, stderr } = await running;
  if (!isDone) throw new Error(stderr);
}
