// oxlint-disable-next-line import/no-unassigned-import -- the library's decorators need what it defines globally, before they load
import 'reflect-metadata';
import { createHash, createPublicKey, generateKeyPairSync, KeyObject, sign, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR_MS = 60 * 60 * 1000;
const ISSUER_OLD = '1.3.6.1.4.1.57264.1.1';
const ISSUER = '1.3.6.1.4.1.57264.1.8';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const ORIGIN = 'rekor.lab - 1';

/** Whose certificate a signature has, and what of it is not as it should be. */
export interface KeylessOptions {
  readonly issuer?: string;
  readonly names?: readonly x509.GeneralName[] | readonly { readonly type: 'email' | 'url'; readonly value: string }[];
  /** When the entry was made; within the certificate's ten minutes where it is not given. */
  readonly integratedTime?: number;
  readonly usage?: string;
  readonly isAuthority?: boolean;
  /** What the log has in place of the signature's own. */
  readonly logged?: { readonly digest?: string; readonly signature?: string; readonly certificate?: string };
  /** The extension that names the issuer before there was `1.8`. */
  readonly oldIssuer?: boolean;
}

/** An authority and a log like those of Sigstore, without a network. */
export interface Sigstore {
  /** Its trust root: certificates and the log's key. */
  readonly pem: string;
  /** Likewise as a `trusted_root.json`. */
  readonly document: string;
  /** A certificate (PEM) for a new key, and that key. */
  certificate(options?: KeylessOptions): Promise<{ readonly pem: string; readonly key: KeyObject }>;
  /** Signs what is signed of an image as cosign does without a key: the annotations of the signature's layer. */
  signSimple(payload: Buffer, options?: KeylessOptions): Promise<Readonly<Record<string, string>>>;
  /** Signs a statement as a bundle (v0.3) with a DSSE envelope. */
  signBundle(statement: object, options?: KeylessOptions): Promise<BundleDocument>;
}

interface Entry {
  readonly body: Buffer;
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly promise: string;
}

/** A bundle, as far as tests change it. */
export type BundleDocument = Readonly<Record<string, unknown>>;

/** Makes one: a root, an authority below it that signs leaves, and a log of one entry at a time. */
export async function createSigstore(now = Date.now()): Promise<Sigstore> {
  const root = await authority('root.lab', undefined, 1, now);
  const intermediate = await authority('fulcio.lab', root, 0, now);
  const log = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const logKey = log.publicKey.export({ type: 'spki', format: 'der' });
  const logId = createHash('sha256').update(logKey).digest();
  const promiseOf = (payload: object): string =>
    sign('sha256', Buffer.from(canonical(payload)), log.privateKey).toString('base64');

  const certificate: Sigstore['certificate'] = async (options = {}) => {
    const pair = await pairOf();
    const names = options.names ?? [{ type: 'email', value: 'builder@example.com' }];
    const issuer = options.issuer ?? 'https://issuer.example.com';
    const leaf = await x509.X509CertificateGenerator.create({
      issuer: intermediate.certificate.subjectName,
      publicKey: pair.publicKey,
      signingKey: intermediate.pair.privateKey,
      notBefore: new Date(now),
      notAfter: new Date(now + HOUR_MS / 6),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(options.isAuthority ?? false, undefined, true),
        new x509.KeyUsagesExtension(
          options.isAuthority === true ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        new x509.ExtendedKeyUsageExtension([options.usage ?? CODE_SIGNING]),
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names as x509.GeneralName[], true)]),
        options.oldIssuer === true
          ? new x509.Extension(ISSUER_OLD, false, Buffer.from(issuer))
          : new x509.Extension(ISSUER, false, utf8String(issuer)),
        await x509.AuthorityKeyIdentifierExtension.create(intermediate.certificate, false),
        await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
      ],
    });
    return { pem: leaf.toString('pem'), key: KeyObject.from(pair.privateKey) };
  };

  const enter = (body: object, { integratedTime = Math.floor(now / 1000) + 60 }: KeylessOptions): Entry => {
    const content = Buffer.from(canonical(body));
    const logIndex = 7;
    const payload = { body: content.toString('base64'), integratedTime, logIndex, logID: logId.toString('hex') };
    return { body: content, integratedTime, logIndex, promise: promiseOf(payload) };
  };

  return {
    pem: [intermediate.certificate, root.certificate].map((one) => `${one.toString('pem')}\n`).join('') + pemOf(logKey),
    document: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [
        {
          baseUrl: 'https://rekor.lab',
          hashAlgorithm: 'SHA2_256',
          publicKey: {
            rawBytes: logKey.toString('base64'),
            keyDetails: 'PKIX_ECDSA_P256_SHA_256',
            validFor: since(now),
          },
          logId: { keyId: logId.toString('base64') },
        },
      ],
      certificateAuthorities: [
        {
          subject: { organization: 'lab', commonName: 'fulcio.lab' },
          uri: 'https://fulcio.lab',
          certChain: { certificates: [intermediate, root].map(rawOf) },
          validFor: since(now),
        },
      ],
      ctlogs: [],
      timestampAuthorities: [],
    }),
    certificate,
    async signSimple(payload, options = {}) {
      const { pem, key } = await certificate(options);
      const signature = sign('sha256', payload, key).toString('base64');
      const { logged = {} } = options;
      const entry = enter(
        {
          apiVersion: '0.0.1',
          kind: 'hashedrekord',
          spec: {
            data: { hash: { algorithm: 'sha256', value: logged.digest ?? sha256(payload) } },
            signature: {
              content: logged.signature ?? signature,
              publicKey: { content: Buffer.from(logged.certificate ?? pem).toString('base64') },
            },
          },
        },
        options,
      );
      return {
        'dev.cosignproject.cosign/signature': signature,
        'dev.sigstore.cosign/certificate': pem,
        'dev.sigstore.cosign/chain': [intermediate, root].map((one) => one.certificate.toString('pem')).join('\n'),
        'dev.sigstore.cosign/bundle': JSON.stringify({
          SignedEntryTimestamp: entry.promise,
          Payload: {
            body: entry.body.toString('base64'),
            integratedTime: entry.integratedTime,
            logIndex: entry.logIndex,
            logID: logId.toString('hex'),
          },
        }),
      };
    },
    async signBundle(statement, options = {}) {
      const { pem, key } = await certificate(options);
      const payload = Buffer.from(JSON.stringify(statement));
      const payloadType = 'application/vnd.in-toto+json';
      const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
      const signature = sign('sha256', Buffer.concat([Buffer.from(head), payload]), key).toString('base64');
      const { logged = {} } = options;
      const verifier = Buffer.from(logged.certificate ?? pem).toString('base64');
      const entry = enter(
        {
          apiVersion: '0.0.1',
          kind: 'dsse',
          spec: {
            envelopeHash: { algorithm: 'sha256', value: sha256(payload) },
            payloadHash: { algorithm: 'sha256', value: logged.digest ?? sha256(payload) },
            signatures: [{ signature: logged.signature ?? signature, verifier }],
          },
        },
        options,
      );
      // A tree of one leaf: its hash is the root.
      const rootHash = createHash('sha256').update(Buffer.of(0)).update(entry.body).digest();
      const note = `${ORIGIN}\n1\n${rootHash.toString('base64')}\n`;
      const signed = Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), log.privateKey)]);
      return {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: {
          certificate: { rawBytes: new x509.X509Certificate(pem).toString('base64') },
          tlogEntries: [
            {
              logIndex: String(entry.logIndex),
              logId: { keyId: logId.toString('base64') },
              kindVersion: { kind: 'dsse', version: '0.0.1' },
              integratedTime: String(entry.integratedTime),
              inclusionPromise: { signedEntryTimestamp: entry.promise },
              inclusionProof: {
                logIndex: '0',
                rootHash: rootHash.toString('base64'),
                treeSize: '1',
                hashes: [],
                checkpoint: { envelope: `${note}\n\u2014 rekor.lab ${signed.toString('base64')}\n` },
              },
              canonicalizedBody: entry.body.toString('base64'),
            },
          ],
        },
        dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig: signature }] },
      };
    },
  };
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly pair: webcrypto.CryptoKeyPair;
}

async function authority(
  name: string,
  above: Authority | undefined,
  pathLength: number,
  now: number,
): Promise<Authority> {
  const pair = await pairOf();
  const subject = `CN=${name}, O=lab`;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: above?.certificate.subjectName.toString() ?? subject,
    publicKey: pair.publicKey,
    signingKey: (above?.pair ?? pair).privateKey,
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + 24 * HOUR_MS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
      ...(above === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(above.certificate, false)]),
    ],
  });
  return { certificate, pair };
}

function pairOf(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function utf8String(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = bytes.length < 128 ? Buffer.of(bytes.length) : Buffer.of(0x82, bytes.length >> 8, bytes.length & 255);
  return Buffer.concat([Buffer.of(0x0c), length, bytes]);
}

function rawOf({ certificate }: Authority): { readonly rawBytes: string } {
  return { rawBytes: certificate.toString('base64') };
}

function since(now: number): { readonly start: string } {
  return { start: new Date(now - HOUR_MS).toISOString() };
}

function pemOf(spki: Buffer): string {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' });
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** RFC 8785, for what has text, whole numbers and maps alone. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}
