import { createHash, createPublicKey, KeyObject, sign } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { authority, pairOf, rawOf, since } from './authority.ts';
import { type LeafOptions, leaf } from './leaf.ts';
import { type LogEntry, promiseLog } from './rekor.ts';
/** Whose certificate a signature has, and what of it is not as it should be. */
export interface KeylessOptions extends LeafOptions {
  /** When the entry was made; within the certificate's ten minutes where it is not given. */
  readonly integratedTime?: number;
  /** What the log has in place of the signature's own. */
  readonly logged?: { readonly digest?: string; readonly signature?: string; readonly certificate?: string };
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

/** A bundle, as far as tests change it. */
export type BundleDocument = Readonly<Record<string, unknown>>;

/** Makes one: a root, an authority below it that signs leaves, and a log of one entry at a time. */
export async function createSigstore(now = Date.now()): Promise<Sigstore> {
  const root = await authority('root.lab', undefined, 1, now);
  const intermediate = await authority('fulcio.lab', root, 0, now);
  const log = promiseLog();
  const { key: logKey, id: logId } = log;

  const certificate: Sigstore['certificate'] = async (options = {}) => {
    const pair = await pairOf();
    const one = await leaf(pair.publicKey, intermediate, now, options);
    return { pem: one.toString('pem'), key: KeyObject.from(pair.privateKey) };
  };

  const enter = (body: object, { integratedTime = Math.floor(now / 1000) + 60 }: KeylessOptions): LogEntry =>
    log.enter(body, integratedTime);

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
                logIndex: String(entry.proof.logIndex),
                rootHash: entry.proof.rootHash.toString('base64'),
                treeSize: String(entry.proof.treeSize),
                hashes: entry.proof.hashes.map((one) => one.toString('base64')),
                checkpoint: { envelope: entry.proof.checkpoint },
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

function pemOf(spki: Buffer): string {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' });
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
