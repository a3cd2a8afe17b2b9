import { createHash, createPublicKey, type KeyObject, verify, webcrypto } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ALGORITHM, authority, timestampAuthority } from './authority.ts';
import { certificateLog } from './certificate-log.ts';
import { leaf } from './leaf.ts';
import { promiseLog } from './rekor.ts';
import { tileLog } from './tile-log.ts';
import { answerTime } from './timestamps.ts';

const ORIGIN = 'rekor2.lab';
const JSON_TYPE = 'application/json';

/** The services that a private Sigstore has, as one server: authority, both kinds of logs, and the time. */
export interface SigstoreServices {
  readonly url: string;
  /** What a trust root is made of, each in PEM. */
  readonly pem: {
    readonly fulcio: string;
    readonly rekor: string;
    readonly rekor2: string;
    readonly ctfe: string;
    readonly tsa: string;
  };
  /** How the second log is called in its checkpoints. */
  readonly origin: string;
  /** What an identity provider says of somebody, as the authority here takes it: by its looks. */
  token(issuer: string, email: string): string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content: string | Buffer;
}

/** Starts them on loopback. Signatures are held against keys as the real ones do; tokens are taken for what they say. */
export async function startSigstoreServices(): Promise<SigstoreServices> {
  const now = Date.now();
  const root = await authority('root.lab', undefined, 1, now);
  const fulcio = await authority('fulcio.lab', root, 0, now);
  const timeRoot = await authority('time-root.lab', undefined, 1, now);
  const time = await timestampAuthority('time.lab', timeRoot, now);
  const certificates = certificateLog();
  const first = promiseLog();
  const second = tileLog(ORIGIN);

  const certify = async (authorization: string, spki: KeyObject, proof: Buffer): Promise<readonly string[]> => {
    const [, claims = ''] = authorization.split('.');
    const { iss, email } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string; email: string };
    if (!verify('sha256', Buffer.from(email), spki, proof)) throw new Error('the key is not theirs');
    const der = spki.export({ type: 'spki', format: 'der' });
    const key = await webcrypto.subtle.importKey('spki', der, ALGORITHM, true, ['verify']);
    const names = [{ type: 'email', value: email }] as const;
    const wholeSecond = Math.floor(Date.now() / 1000) * 1000;
    const one = await leaf(key, fulcio, wholeSecond, { issuer: iss, names, issuerAs: 'both' }, certificates);
    return [one, fulcio.certificate, root.certificate].map((certificate) => `${certificate.toString('pem')}\n`);
  };

  const routes: Readonly<Record<string, (body: Buffer, request: IncomingMessage) => Promise<Answer> | Answer>> = {
    async '/api/v2/signingCert'(body, { headers }) {
      const { publicKeyRequest } = JSON.parse(body.toString()) as {
        publicKeyRequest: { publicKey: { content: string }; proofOfPossession: string };
      };
      const key = createPublicKey(publicKeyRequest.publicKey.content);
      const proof = Buffer.from(publicKeyRequest.proofOfPossession, 'base64');
      const chain = await certify(headers.authorization ?? '', key, proof);
      return json(200, { signedCertificateEmbeddedSct: { chain: { certificates: chain } } });
    },
    async '/api/v1/signingCert'(body, { headers }) {
      const request = JSON.parse(body.toString()) as { publicKey: { content: string }; signedEmailAddress: string };
      const key = createPublicKey(Buffer.from(request.publicKey.content, 'base64'));
      const chain = await certify(headers.authorization ?? '', key, Buffer.from(request.signedEmailAddress, 'base64'));
      return { status: 201, type: 'application/pem-certificate-chain', content: chain.join('') };
    },
    '/api/v1/log/entries'(body) {
      const {
        body: entry,
        integratedTime,
        logIndex,
        promise,
        proof,
      } = first.enter(canonicalEntry(JSON.parse(body.toString()) as ProposedEntry), Math.floor(Date.now() / 1000));
      const id = createHash('sha256').update(Buffer.of(0)).update(entry).digest('hex');
      const { rootHash, hashes, ...more } = proof;
      const answer = json(201, {
        [id]: {
          body: entry.toString('base64'),
          integratedTime,
          logID: first.id.toString('hex'),
          logIndex,
          verification: {
            signedEntryTimestamp: promise,
            inclusionProof: {
              ...more,
              rootHash: rootHash.toString('hex'),
              hashes: hashes.map((one) => one.toString('hex')),
            },
          },
        },
      });
      return { ...answer, headers: { etag: id, location: `/api/v1/log/entries/${id}` } };
    },
    '/api/v2/log/entries'(body) {
      const request = JSON.parse(body.toString()) as TileRequest;
      return json(201, second.append(...specOf(request)));
    },
    async '/api/v1/timestamp'(body) {
      const content = await answerTime(body, time, [timeRoot]);
      return { status: 201, type: 'application/timestamp-reply', content };
    },
  };

  const server = createServer((request, response) => {
    const answer = async (): Promise<Answer> => {
      const route = routes[new URL(request.url ?? '/', 'http://lab').pathname];
      if (route === undefined || request.method !== 'POST') return json(404, { message: 'there is nothing' });
      try {
        return await route(await buffer(request), request);
      } catch (error) {
        return json(400, { code: 400, message: String(error) });
      }
    };
    const send = async (): Promise<void> => {
      const { status, type, headers, content } = await answer();
      response.writeHead(status, { 'content-type': type, ...headers }).end(content);
    };
    send().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const chainOf = (...all: readonly { readonly certificate: { toString(format: 'pem'): string } }[]): string =>
    all.map(({ certificate }) => `${certificate.toString('pem')}\n`).join('');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    origin: ORIGIN,
    pem: {
      fulcio: chainOf(fulcio, root),
      rekor: pemOf(first.key),
      rekor2: pemOf(second.key),
      ctfe: pemOf(certificates.key),
      tsa: chainOf(time, timeRoot),
    },
    token(issuer, email) {
      const at = Math.floor(Date.now() / 1000);
      const claims = {
        iss: issuer,
        sub: email,
        aud: 'sigstore',
        email,
        email_verified: true,
        iat: at,
        exp: at + 600,
      };
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('nobody').toString('base64url')}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

interface ProposedEntry {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: {
    readonly proposedContent?: { readonly envelope: string; readonly verifiers: readonly string[] };
  };
}

interface Envelope {
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

/** What Rekor's first keeps of what it is given: of an envelope hashes alone. */
function canonicalEntry(entry: ProposedEntry): object {
  const { proposedContent } = entry.spec;
  if (proposedContent === undefined) return entry;
  const { envelope, verifiers } = proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as Envelope;
  return {
    apiVersion: entry.apiVersion,
    kind: entry.kind,
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(Buffer.from(envelope)).toString('hex') },
      payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(payload, 'base64')).toString('hex') },
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  };
}

interface TileRequest {
  readonly hashedRekordRequestV002?: { readonly digest: string; readonly signature: object };
  readonly dsseRequestV002?: { readonly envelope: Envelope; readonly verifiers: readonly Verifier[] };
}

interface Verifier {
  readonly x509Certificate?: { readonly rawBytes: string };
}

/** What Rekor's second keeps of a request. */
function specOf({ hashedRekordRequestV002, dsseRequestV002 }: TileRequest): [string, object] {
  if (hashedRekordRequestV002 !== undefined) {
    const { digest, signature } = hashedRekordRequestV002;
    return ['hashedrekord', { hashedRekordV002: { data: { algorithm: 'SHA2_256', digest }, signature } }];
  }
  const { envelope, verifiers } = dsseRequestV002 ?? { envelope: undefined, verifiers: [] };
  if (envelope === undefined) throw new Error('the request is of no kind that is known');
  const verifier = verifiers[0];
  if (verifier?.x509Certificate === undefined) throw new Error('the request has no certificate');
  const payloadHash = {
    algorithm: 'SHA2_256',
    digest: sha256(Buffer.from(envelope.payload, 'base64')).toString('base64'),
  };
  const signatures = envelope.signatures.map(({ sig }) => ({ content: sig, verifier }));
  return ['dsse', { dsseV002: { payloadHash, signatures } }];
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

function pemOf(spki: Buffer): string {
  return createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' });
}

function json(status: number, value: object): Answer {
  return { status, type: JSON_TYPE, content: JSON.stringify(value) };
}
