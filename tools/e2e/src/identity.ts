import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@bulkhead/lab';

/** PEM. The certificate is its own authority. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** Makes a certificate for some names. */
export async function makeIdentity(names: readonly string[]): Promise<Identity> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-e2e-identity-'));
  try {
    const { key, certificate } = await makeCertificate(folder, names);
    return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
