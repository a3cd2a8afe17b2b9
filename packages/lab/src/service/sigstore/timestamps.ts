import { execFile } from 'node:child_process';
import { KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Authority } from './authority.ts';

const CONFIG = `[tsa]
default_tsa = lab
[lab]
serial = serial
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.2
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
`;

/** Answers a question for the time (RFC 3161), by OpenSSL. */
export async function answerTime(query: Buffer, signer: Authority, chain: readonly Authority[]): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-tsa-'));
  try {
    await writeFile(join(folder, 'config'), CONFIG);
    await writeFile(join(folder, 'serial'), '01');
    await writeFile(join(folder, 'query'), query);
    await writeFile(join(folder, 'signer'), signer.certificate.toString('pem'));
    await writeFile(join(folder, 'chain'), chain.map((one) => `${one.certificate.toString('pem')}\n`).join(''));
    const key = KeyObject.from(signer.pair.privateKey).export({ type: 'pkcs8', format: 'pem' });
    await writeFile(join(folder, 'key'), key);
    const words = ['ts', '-reply', '-config', 'config', '-queryfile', 'query', '-signer', 'signer', '-inkey', 'key'];
    await promisify(execFile)('openssl', [...words, '-chain', 'chain', '-out', 'reply'], { cwd: folder });
    return await readFile(join(folder, 'reply'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
