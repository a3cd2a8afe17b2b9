import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '@bulkhead/lab';

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface Granted {
  readonly challenge: string;
  readonly redirectUri: string;
  readonly nonce: string;
}

/** What a test has the provider do wrong. */
export interface Faults {
  /** Has its word about the claims of the ID token. */
  claims?: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** How it is signed: with no signature, with a shared secret, or with a key that is not published. */
  signature?: 'none' | 'hs256' | 'unpublished';
  /** Bytes that the key set is padded with. */
  keySetPadding?: number;
  /** Answers nothing of this path. */
  silent?: string;
  /** Says of itself another issuer. */
  issuer?: string;
  /** Answers codes that it gave as if it had not, or gives no ID token. */
  token?: 'refused' | 'no-id-token';
  /** Says this instead of the state it was given. */
  state?: string;
  /** What is added to the discovery document. */
  metadata?: Record<string, unknown>;
}

export const CLIENT_ID = 'bulkhead';
export const CLIENT_SECRET = 'a secret of the test';

/** A small OpenID provider over real TLS: discovery, authorization, token and keys, for one client and whoever is `user`. */
export class TestOpenIdProvider {
  readonly caFile: string;
  readonly issuer: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Claims of who signs in. */
  user: Record<string, unknown> = { sub: 'u-1', preferred_username: 'ada', groups: ['admins'] };
  faults: Faults = {};
  readonly #server: Server;
  readonly #codes = new Map<string, Granted>();
  #key = newKey();

  private constructor(server: Server, caFile: string) {
    this.#server = server;
    this.caFile = caFile;
    this.issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(folder: string): Promise<TestOpenIdProvider> {
    const { key, certificate } = await makeCertificate(folder, ['127.0.0.1']);
    const server = createServer({ key: await readFile(key), cert: await readFile(certificate) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const provider = new TestOpenIdProvider(server, certificate);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        const url = new URL(request.url ?? '', provider.issuer);
        provider.asked.push(url.pathname);
        if (provider.faults.silent === url.pathname) return;
        const { status, headers = {}, json } = provider.#answer(url, request.headers.authorization, body);
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(json === undefined ? '' : JSON.stringify(json));
      });
    });
    return provider;
  }

  /** From now on another key signs, and only that one is published. */
  rotate(): void {
    this.#key = newKey();
  }

  /** What a browser does at the provider: gives where it is sent back to. */
  visit(location: string): URL {
    const { headers } = this.#answer(new URL(location), undefined, '');
    return new URL(headers?.['location'] ?? 'about:blank');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  #answer(
    url: URL,
    authorization: string | undefined,
    body: string,
  ): { readonly status: number; readonly headers?: Record<string, string>; readonly json?: object } {
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return { status: 200, json: this.#metadata() };
      case '/keys': {
        const { kid, publicKey } = this.#key;
        const keys = [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }];
        return { status: 200, json: { keys, padding: 'x'.repeat(this.faults.keySetPadding ?? 0) } };
      }
      case '/authorize':
        return { status: 302, headers: { location: this.#authorize(url.searchParams).href } };
      case '/token':
        return this.#token(authorization, new URLSearchParams(body));
      default:
        return { status: 404 };
    }
  }

  #metadata(): object {
    return {
      issuer: this.faults.issuer ?? this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      jwks_uri: `${this.issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      // As some do: that others are offered is no reason to take them.
      id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      code_challenge_methods_supported: ['S256'],
      ...this.faults.metadata,
    };
  }

  #authorize(query: URLSearchParams): URL {
    const of = (name: string): string => query.get(name) ?? '';
    const isRight =
      of('response_type') === 'code' &&
      of('client_id') === CLIENT_ID &&
      of('code_challenge_method') === 'S256' &&
      of('scope').split(' ').includes('openid');
    const back = new URL(of('redirect_uri'));
    back.searchParams.set('state', this.faults.state ?? of('state'));
    if (!isRight) {
      back.searchParams.set('error', 'invalid_request');
      return back;
    }
    const code = randomUUID();
    this.#codes.set(code, {
      challenge: of('code_challenge'),
      redirectUri: of('redirect_uri'),
      nonce: of('nonce'),
    });
    back.searchParams.set('code', code);
    return back;
  }

  #token(authorization: string | undefined, form: URLSearchParams): { readonly status: number; readonly json: object } {
    const basic = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    const [id = '', secret = ''] = basic.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    if (id !== CLIENT_ID || secret !== CLIENT_SECRET) return { status: 401, json: { error: 'invalid_client' } };
    const code = form.get('code') ?? '';
    const granted = this.#codes.get(code);
    this.#codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      this.faults.token === 'refused' ||
      granted === undefined ||
      granted.challenge !== challenge ||
      granted.redirectUri !== form.get('redirect_uri')
    ) {
      return { status: 400, json: { error: 'invalid_grant', error_description: 'the code is not valid (any more)' } };
    }
    const answer = { access_token: randomUUID(), token_type: 'Bearer', expires_in: 60 };
    if (this.faults.token === 'no-id-token') return { status: 200, json: answer };
    return { status: 200, json: { ...answer, id_token: this.#idToken(granted.nonce) } };
  }

  #idToken(nonce: string): string {
    const iat = Math.floor(Date.now() / 1_000);
    const claims = { iss: this.issuer, aud: CLIENT_ID, iat, exp: iat + 300, nonce, ...this.user };
    const { signature } = this.faults;
    const { kid, privateKey } = signature === 'unpublished' ? newKey() : this.#key;
    const alg = signature === 'none' ? 'none' : signature === 'hs256' ? 'HS256' : 'ES256';
    const signed = [{ alg, typ: 'JWT', kid: signature === 'unpublished' ? this.#key.kid : kid }, this.#judged(claims)]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${signed}.${this.#signatureOf(signed, alg, privateKey)}`;
  }

  #judged(claims: Record<string, unknown>): Record<string, unknown> {
    return this.faults.claims === undefined ? claims : this.faults.claims(claims);
  }

  #signatureOf(signed: string, alg: string, privateKey: KeyObject): string {
    if (alg === 'none') return '';
    if (alg === 'HS256') {
      // Confusion: the public key, which everybody knows, as the secret.
      const secret = this.#key.publicKey.export({ format: 'pem', type: 'spki' });
      return createHmac('sha256', secret).update(signed).digest('base64url');
    }
    return sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }
}

function newKey(): Key {
  return { kid: randomUUID(), ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}
