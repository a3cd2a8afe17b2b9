import { readFile } from 'node:fs/promises';
import { formatCount, printable } from '@bulkhead/core';
import { readSignatures } from '@bulkhead/oci';
import { readTrustedKey, verifySignatures } from '@bulkhead/scanner/signature';
import { unreadableFile } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';

export interface VerifyOptions {
  readonly key: string;
  readonly ca?: string;
  readonly plainHttp?: boolean;
}

/** `bulkhead image verify`: whether an image of a registry has a signature of a key. Ends with 0 only when it has. */
export async function verifyImage(reference: string, options: VerifyOptions, io: Io): Promise<number> {
  const key = readTrustedKey(await textOf(options.key));
  const registry = {
    ...(options.ca !== undefined && { ca: await textOf(options.ca) }),
    ...(options.plainHttp !== undefined && { plainHttp: options.plainHttp }),
  };
  const { name, digest, materials } = await readSignatures(reference, registry, io.signal);
  const verdict = verifySignatures(digest, materials, key);
  if (verdict.verified) {
    const form = verdict.form === 'simple' ? 'simple signing' : 'bundle';
    io.stdout.write(`verified  ${printable(name)}  key sha256:${key.fingerprint}  (${form})\n`);
    return EXIT_OK;
  }
  io.stdout.write(`not verified  ${printable(name)}  key sha256:${key.fingerprint}\n`);
  const none = 'it has no signature where cosign puts them';
  const reasons = [...new Set(verdict.reasons)].join('; ');
  const why = reasons === '' ? none : `${formatCount(verdict.reasons.length, 'signature')}: ${reasons}`;
  io.stderr.write(`${printable(why)}\n`);
  return EXIT_FAILURE;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}
