import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@bulkhead/lab';
import type { AgentIssuer } from '../server/hub.ts';
import type { ServerIdentity } from '../server/tls-front.ts';
import { agentUri } from '../wire/agent-name.ts';

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority that OpenSSL's command line plays, so that the wire is tested against certificates of somebody else. */
export class OpensslAuthority implements AgentIssuer {
  readonly #folder: string;
  readonly certificatePem: string;
  #count = 0;

  private constructor(folder: string, certificatePem: string) {
    this.#folder = folder;
    this.certificatePem = certificatePem;
  }

  static async create(name = 'Test authority'): Promise<OpensslAuthority> {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-ca-'));
    const file = join(folder, 'ca.crt');
    const subject = ['-subj', `/CN=${name}`, '-days', '1000', '-keyout', join(folder, 'ca.key'), '-out', file];
    await run('openssl', ['req', '-x509', ...CURVE, ...subject]);
    return new OpensslAuthority(folder, await readFile(file, 'utf8'));
  }

  get pin(): string {
    const key = new X509Certificate(this.certificatePem).publicKey.export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(key).digest('base64url');
  }

  trustPem(): string {
    return this.certificatePem;
  }

  async sign(agentId: string, requestPem: string): Promise<{ readonly ok: true; readonly chainPem: string }> {
    const names = `subjectAltName=URI:${agentUri(agentId)}\nextendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n`;
    return { ok: true, chainPem: await this.signAs(requestPem, names) };
  }

  /** Signs a request under these extensions, whatever they say. */
  async signAs(requestPem: string, extensions: string, days = 30): Promise<string> {
    this.#count += 1;
    const base = join(this.#folder, String(this.#count));
    await writeFile(`${base}.csr`, requestPem);
    await writeFile(`${base}.ext`, extensions);
    const by = ['-CA', join(this.#folder, 'ca.crt'), '-CAkey', join(this.#folder, 'ca.key'), '-CAcreateserial'];
    const what = [
      '-req',
      '-in',
      `${base}.csr`,
      '-extfile',
      `${base}.ext`,
      '-days',
      String(days),
      '-out',
      `${base}.crt`,
    ];
    await run('openssl', ['x509', ...what, ...by]);
    return `${await readFile(`${base}.crt`, 'utf8')}${this.certificatePem}`;
  }

  /** A server's certificate for loopback. */
  async serverIdentity(): Promise<ServerIdentity> {
    const { requestPem, keyPem } = await this.createRequest();
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n';
    return { chainPem: await this.signAs(requestPem, names), keyPem };
  }

  async createRequest(): Promise<{ readonly requestPem: string; readonly keyPem: string }> {
    this.#count += 1;
    const base = join(this.#folder, String(this.#count));
    await run('openssl', [
      'req',
      '-new',
      ...CURVE,
      '-subj',
      '/CN=agent',
      '-keyout',
      `${base}.key`,
      '-out',
      `${base}.req`,
    ]);
    return { requestPem: await readFile(`${base}.req`, 'utf8'), keyPem: await readFile(`${base}.key`, 'utf8') };
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
