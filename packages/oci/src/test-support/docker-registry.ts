import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, createSign, randomUUID, X509Certificate } from 'node:crypto';
import { accessSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestImage } from './images.ts';

const PROGRAMS = ['docker-registry', 'openssl', 'htpasswd'];

/** Why no registry can run here, or undefined when it can. */
export function missingForRegistry(): string | undefined {
  const missing = PROGRAMS.filter((program) => !isOnPath(program));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

export const USER = 'ci';
/** Any word does; made from parts, so that nobody takes it for a real one. */
export const PASSWORD = ['test', 'only'].join('-');

/** One storage, served three ways by the real registry: openly without TLS, with basic and with token authorization. */
export class TestRegistries {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bulkhead-registry-'));
  readonly #processes: ChildProcess[] = [];
  #tokens: Server | undefined;
  tokensIssued = 0;
  /** What the tokens are good for, in seconds. */
  tokenSeconds = 300;
  open = '';
  basic = '';
  token = '';

  get ca(): string {
    return readFileSync(join(this.#folder, 'ca.crt'), 'utf8');
  }

  async start(): Promise<void> {
    makeCertificates(this.#folder);
    const passwords = execFileSync('htpasswd', ['-Bbn', USER, PASSWORD]);
    writeFileSync(join(this.#folder, 'htpasswd'), passwords);
    const realm = await this.#startTokens();
    const tls = { certificate: join(this.#folder, 'srv.crt'), key: join(this.#folder, 'srv.key') };
    const rootcertbundle = join(this.#folder, 'ca.crt');
    this.open = await this.#serve('open', {});
    const htpasswd = { realm: 'test', path: join(this.#folder, 'htpasswd') };
    this.basic = await this.#serve('basic', { auth: { htpasswd } }, tls);
    const token = { realm, service: 'test-registry', issuer: 'test-issuer', rootcertbundle };
    this.token = await this.#serve('token', { auth: { token } }, tls);
  }

  /** Puts an image into a repository, as a client without credentials may at the open one. */
  async push(repository: string, tag: string, image: TestImage): Promise<void> {
    const base = `http://${this.open}/v2/${repository}`;
    for (const [digest, content] of image.blobs) {
      if (digest === image.manifest.digest) continue;
      const started = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
      const location = new URL(started.headers.get('location') ?? '', base);
      location.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      const put = await fetch(location, { method: 'PUT', headers, body: new Uint8Array(content) });
      if (put.status !== 201) throw new Error(`pushing ${digest} gave ${put.status}`);
    }
    await this.pushManifest(repository, tag, image.blobs.get(image.manifest.digest), image.manifest.mediaType);
  }

  async pushManifest(repository: string, tag: string, content: Buffer | undefined, mediaType: string): Promise<void> {
    const put = await fetch(`http://${this.open}/v2/${repository}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: new Uint8Array(content ?? Buffer.alloc(0)),
    });
    if (put.status !== 201) throw new Error(`pushing the manifest gave ${put.status}: ${await put.text()}`);
  }

  async stop(): Promise<void> {
    for (const process of this.#processes) await end(process);
    this.#tokens?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #serve(name: string, more: object, tls?: object): Promise<string> {
    const port = await freePort();
    const config = {
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(this.#folder, 'storage') } },
      http: { addr: `127.0.0.1:${port}`, ...(tls === undefined ? {} : { tls }) },
      ...more,
    };
    const file = join(this.#folder, `${name}.yml`);
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(config));
    const server = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
    this.#processes.push(server);
    for (let poll = 0; poll < 100; poll += 1) {
      if (server.exitCode !== null) throw new Error(`docker-registry ended with ${server.exitCode}`);
      if (await answers(port, tls !== undefined)) return `127.0.0.1:${port}`;
      await sleep(50);
    }
    throw new Error('docker-registry did not become ready');
  }

  /** The token service of Docker's specification: everybody may pull from `public/…`, the user from everywhere. */
  #startTokens(): Promise<string> {
    const key = readFileSync(join(this.#folder, 'srv.key'));
    const cert = readFileSync(join(this.#folder, 'srv.crt'));
    const x5c = [new X509Certificate(cert).raw.toString('base64')];
    const server = createServer({ key, cert }, (request, response) => {
      const url = new URL(request.url ?? '/', 'https://localhost');
      const sent = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
      if (sent !== '' && sent !== `${USER}:${PASSWORD}`) {
        response.writeHead(401).end();
        return;
      }
      const access = url.searchParams.getAll('scope').map((scope) => {
        const [type = '', name = '', actions = ''] = scope.split(':');
        const allowed = sent !== '' || name.startsWith('public/');
        return { type, name, actions: allowed ? actions.split(',') : [] };
      });
      this.tokensIssued += 1;
      const now = Math.floor(Date.now() / 1000);
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const times = { exp: now + this.tokenSeconds, nbf: now - 60, iat: now };
      const claims = { iss: 'test-issuer', sub: USER, aud: url.searchParams.get('service'), jti: randomUUID(), access };
      const signed = `${part({ typ: 'JWT', alg: 'RS256', x5c })}.${part({ ...claims, ...times })}`;
      const signature = createSign('RSA-SHA256').update(signed).sign(createPrivateKey(key)).toString('base64url');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: this.tokenSeconds }));
    });
    this.#tokens = server;
    const { promise, resolve } = Promise.withResolvers<string>();
    server.listen(0, '127.0.0.1', () => resolve(`https://127.0.0.1:${(server.address() as AddressInfo).port}/token`));
    return promise;
  }
}

function makeCertificates(folder: string): void {
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  const newKey = ['req', '-newkey', 'rsa:2048', '-nodes', '-subj'];
  openssl(...newKey, '/CN=Test CA', '-x509', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.crt');
  openssl(...newKey, '/CN=localhost', '-keyout', 'srv.key', '-out', 'srv.csr');
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signing = [
    'x509',
    '-req',
    '-in',
    'srv.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
  ];
  openssl(...signing, '-extfile', 'names', '-out', 'srv.crt');
}

async function answers(port: number, isTls: boolean): Promise<boolean> {
  try {
    const scheme = isTls ? 'https' : 'http';
    await fetch(`${scheme}://127.0.0.1:${port}/v2/`);
    return true;
  } catch (error) {
    // Its certificate is none that this process trusts: that is an answer too.
    return isTls && error instanceof Error && String(error.cause).includes('certificate');
  }
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createSocketServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return promise;
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGTERM');
  await ended;
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program));
      return true;
    } catch {
      return false;
    }
  });
}
