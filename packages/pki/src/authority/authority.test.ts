import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainCertificate, readCertificate, splitPem } from '../certificate/certificate.ts';
import { createRequest } from '../request/request.ts';
import { BACKDATE_MS, DAY_MS } from '../validity.ts';
import { Authority, createAuthority } from './authority.ts';

const run = promisify(execFile);
const AGENT = 'bulkhead://agent/7f3c';
const SERVER = { commonName: 'api', dnsNames: ['api.example', '*.pods.example'], addresses: ['127.0.0.1', '::1'] };

let folder: string;
let authority: Authority;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-pki-'));
  authority = new Authority(await createAuthority('Bulkhead'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('openssl', args);
  return stdout + stderr;
}

describe('what an authority issues', () => {
  it('is accepted by OpenSSL for what it is for, and for nothing else', async () => {
    const ca = await file('ca.crt', authority.trustPem);
    const server = await file('server.crt', (await authority.issue(SERVER, ['server'], 90)).chainPem);
    const client = await file(
      'client.crt',
      (await authority.issue({ commonName: 'a', uris: [AGENT] }, ['client'], 90)).chainPem,
    );
    const verify = (...more: readonly string[]): Promise<string> =>
      openssl('verify', '-x509_strict', '-CAfile', ca, ...more);

    expect(await verify('-purpose', 'sslserver', '-verify_hostname', 'api.example', server)).toContain('OK');
    expect(await verify('-purpose', 'sslserver', '-verify_ip', '127.0.0.1', server)).toContain('OK');
    expect(await verify('-purpose', 'sslserver', '-verify_hostname', 'x.pods.example', server)).toContain('OK');
    expect(await verify('-purpose', 'sslclient', client)).toContain('OK');
    await expect(verify('-purpose', 'sslclient', server)).rejects.toThrow('unsuitable certificate purpose');
    await expect(verify('-purpose', 'sslserver', client)).rejects.toThrow('unsuitable certificate purpose');
    await expect(verify('-verify_hostname', 'other.example', server)).rejects.toThrow('hostname mismatch');
  });

  it('says in OpenSSL’s words what was asked for', async () => {
    const { chainPem, serial } = await authority.issue({ commonName: 'node, a=b', uris: [AGENT] }, ['client'], 1);
    const text = await openssl('x509', '-noout', '-text', '-serial', '-in', await file('words.crt', chainPem));

    expect(text).toContain(`URI:${AGENT}`);
    expect(text).toContain('TLS Web Client Authentication');
    expect(text).toContain('CA:FALSE');
    expect(text).toContain('CN = "node, a=b"');
    expect(text).toContain(`serial=${serial}`);
    expect(text).toContain('ecdsa-with-SHA256');
  });

  it('serves a TLS connection in which both sides are who they say', async () => {
    const server = await authority.issue(SERVER, ['server'], 1);
    const client = await authority.issue({ commonName: 'agent', uris: [AGENT] }, ['client'], 1);
    const { promise: seen, resolve } = Promise.withResolvers<string | undefined>();
    const listener = createServer(
      {
        key: server.keyPem,
        cert: server.chainPem,
        ca: authority.trustPem,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => {
        resolve(socket.getPeerX509Certificate()?.subjectAltName);
        socket.end('hello');
      },
    );
    await new Promise<void>((done) => void listener.listen(0, '127.0.0.1', done));
    const { port } = listener.address() as { port: number };
    const socket = connect({
      host: '127.0.0.1',
      port,
      key: client.keyPem,
      cert: client.chainPem,
      ca: authority.trustPem,
    });
    socket.resume();
    try {
      expect(await seen).toBe(`URI:${AGENT}`);
      expect(socket.authorized).toBe(true);
    } finally {
      socket.destroy();
      listener.close();
    }
  });

  it('begins a little before now, counts whole seconds and never outlives the authority', async () => {
    const now = Date.UTC(2030, 0, 1, 12, 0, 0, 750);
    const clock = { now: () => now };
    const young = new Authority(await createAuthority('Bulkhead', { clock, days: 10 }), { clock });

    const short = await young.issue(SERVER, ['server'], 1);
    const long = await young.issue(SERVER, ['server'], 3_650);

    expect(short.notBefore).toBe(now - 750 - BACKDATE_MS);
    expect(short.notAfter).toBe(now - 750 + DAY_MS);
    expect(long.notAfter).toBe(young.validity.notAfter);
    expect(readCertificate(long.chainPem)).toMatchObject({ notAfter: long.notAfter, notBefore: long.notBefore });
  });

  it('is nothing once the authority has expired, or before it begins', async () => {
    let now = Date.UTC(2030, 0, 1);
    const clock = { now: () => now };
    const young = new Authority(await createAuthority('Bulkhead', { clock, days: 10 }), { clock });

    now += 10 * DAY_MS + 1;
    await expect(young.issue(SERVER, ['server'], 1)).rejects.toMatchObject({ code: 'AUTHORITY_NOT_VALID' });
    now -= 20 * DAY_MS;
    await expect(young.issue(SERVER, ['server'], 1)).rejects.toMatchObject({ code: 'AUTHORITY_NOT_VALID' });
  });

  it.each([
    { commonName: '', dnsNames: ['a.example'] },
    { commonName: 'x'.repeat(65), dnsNames: ['a.example'] },
    { commonName: 'two\nlines', dnsNames: ['a.example'] },
    { commonName: 'nobody' },
    { commonName: 'spaces', dnsNames: ['a b.example'] },
    { commonName: 'stars', dnsNames: ['a.*.example'] },
    { commonName: 'no address', addresses: ['300.0.0.1'] },
    { commonName: 'no uri', uris: ['agent 1'] },
  ])('is refused for a subject that cannot be: %j', async (subject) => {
    await expect(authority.issue(subject, ['server'], 1)).rejects.toMatchObject({ code: 'INVALID_SUBJECT' });
  });
});

describe('signing a request', () => {
  const subject = { commonName: 'agent', uris: [AGENT] };

  it('certifies its key under the names the authority decides', async () => {
    const { requestPem, keyPem } = await createRequest('bulkhead://agent/somebody-else');
    const outcome = await authority.sign(requestPem, subject, ['client'], 30);

    if (!outcome.ok) throw new Error(outcome.problem);
    expect(readCertificate(outcome.chainPem)).toMatchObject({ uris: [AGENT], dnsNames: [], isAuthority: false });
    const certificate = await file('signed.crt', outcome.chainPem);
    const key = await file('signed.key', keyPem);
    const publicKeys = [
      await openssl('x509', '-noout', '-pubkey', '-in', certificate),
      await openssl('pkey', '-pubout', '-in', key),
    ];
    expect(publicKeys[0]).toBe(publicKeys[1]);
  });

  it('takes a request that OpenSSL made, and none of the names in it', async () => {
    const csr = join(folder, 'openssl.csr');
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:secp384r1',
      '-nodes',
      '-keyout',
      join(folder, 'o.key'),
    ];
    const names = [
      '-subj',
      '/CN=root',
      '-addext',
      'subjectAltName=DNS:bank.example',
      '-addext',
      'basicConstraints=CA:TRUE',
    ];
    await openssl('req', '-new', ...key, ...names, '-out', csr);
    const { readFile } = await import('node:fs/promises');

    const outcome = await authority.sign(await readFile(csr, 'utf8'), subject, ['client'], 30);

    if (!outcome.ok) throw new Error(outcome.problem);
    expect(readCertificate(outcome.chainPem)).toMatchObject({ uris: [AGENT], dnsNames: [], isAuthority: false });
  });

  it('makes requests that OpenSSL verifies', async () => {
    const { requestPem } = await createRequest('agent');
    const csr = await file('own.csr', requestPem);
    expect(await openssl('req', '-verify', '-noout', '-in', csr)).toContain('OK');
  });

  it('refuses one whose signature is not by its key', async () => {
    const mine = (await createRequest('a')).requestPem;
    const bytes = Buffer.from(mine.replaceAll(/-----.*-----|\s/g, ''), 'base64');
    // The public key's point comes before the signature: one bit of the name changes what was signed.
    const at = bytes.indexOf('a', 10);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;

    const outcome = await authority.sign(forged, subject, ['client'], 30);

    expect(outcome).toEqual({ ok: false, problem: 'it is not signed by the key it is for' });
  });

  it('refuses keys of other kinds', async () => {
    const csr = join(folder, 'rsa.csr');
    const key = ['-newkey', 'rsa:1024', '-nodes', '-keyout', join(folder, 'rsa.key')];
    await openssl('req', '-new', ...key, '-subj', '/CN=a', '-out', csr);
    const { readFile } = await import('node:fs/promises');

    expect(await authority.sign(await readFile(csr, 'utf8'), subject, ['client'], 30)).toMatchObject({ ok: false });
  });

  it('gives a problem for any text and any changed request, and never throws', async () => {
    const genuine = Buffer.from((await createRequest('a')).requestPem);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ maxLength: 400 }),
          fc.tuple(fc.nat(genuine.length - 1), fc.nat(255)).map(([at, byte]) =>
            Buffer.from(genuine)
              .fill(byte, at, at + 1)
              .toString('latin1'),
          ),
          fc
            .base64String({ maxLength: 600 })
            .map((text) => `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----`),
        ),
        async (text) => {
          const outcome = await authority.sign(text, subject, ['client'], 1);
          expect(typeof outcome.ok).toBe('boolean');
        },
      ),
      { numRuns: 200 },
    );
    expect(await authority.sign('x'.repeat(20_000), subject, ['client'], 1)).toEqual({
      ok: false,
      problem: 'it is too long',
    });
  });
});

describe('an authority', () => {
  it('can be opened again from its two texts, with others that are trusted beside it', async () => {
    const pem = await createAuthority('First');
    const other = await createAuthority('Second');
    const opened = new Authority(pem, { alsoTrustedPem: other.certificatePem });

    expect(splitPem(opened.trustPem)).toHaveLength(2);
    expect(readCertificate(opened.certificatePem)).toMatchObject({ subject: 'CN=First', isAuthority: true });
    expect(readCertificate(opened.certificatePem).pin).toBe(opened.pin);
  });

  it('refuses the key of another, a leaf as authority, and texts that are none', async () => {
    const one = await createAuthority('One');
    const two = await createAuthority('Two');
    const leaf = await authority.issue(SERVER, ['server'], 1);
    const code = (pem: Parameters<typeof createOrThrow>[0]): string => createOrThrow(pem);

    expect(code({ certificatePem: one.certificatePem, keyPem: two.keyPem })).toBe('KEY_UNREADABLE');
    expect(code({ certificatePem: leaf.chainPem, keyPem: leaf.keyPem })).toBe('CERTIFICATE_UNREADABLE');
    expect(code({ certificatePem: 'nothing', keyPem: one.keyPem })).toBe('CERTIFICATE_UNREADABLE');
    expect(code({ certificatePem: one.certificatePem, keyPem: 'nothing' })).toBe('KEY_UNREADABLE');
  });

  it('is explained in one line', () => {
    const facts = readCertificate(authority.certificatePem);
    expect(explainCertificate(facts)).toMatch(
      /^authority CN=Bulkhead, issued by CN=Bulkhead, valid from .*Z until .*Z$/,
    );
  });
});

function createOrThrow(pem: ConstructorParameters<typeof Authority>[0]): string {
  try {
    return new Authority(pem).pin;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
