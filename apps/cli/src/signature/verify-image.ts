import { readFile } from 'node:fs/promises';
import { formatCount, printable } from '@bulkhead/core';
import { readSignatures } from '@bulkhead/oci';
import { type ExpectedSigner, expectedInWords, isExpectedSigner, signerInWords } from '@bulkhead/policy/images';
import {
  readTrustedKey,
  requireTrustRoot,
  type SignatureMaterial,
  signersOf,
  verifySignatures,
} from '@bulkhead/scanner/signature';
import { CliError, unreadableFile } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { Io } from '../io.ts';

export interface VerifyOptions {
  readonly key?: string;
  readonly trustRoot?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly subjectPattern?: string;
  readonly ca?: string;
  readonly plainHttp?: boolean;
}

/** What became of it, in the words of one line. */
interface Outcome {
  /** What was asked for, or found. */
  readonly by: string;
  readonly isVerified: boolean;
  /** Why not, one for each signature. */
  readonly reasons: readonly string[];
}

type Verify = (digest: string, materials: readonly SignatureMaterial[]) => Promise<Outcome>;

/** `bulkhead image verify`: whether an image of a registry has a signature of a key or an identity. Ends with 0 only when it has. */
export async function verifyImage(reference: string, options: VerifyOptions, io: Io): Promise<number> {
  const verify = await verifierOf(options);
  const registry = {
    ...(options.ca !== undefined && { ca: await textOf(options.ca) }),
    ...(options.plainHttp !== undefined && { plainHttp: options.plainHttp }),
  };
  const { name, digest, materials } = await readSignatures(reference, registry, io.signal);
  const { by, isVerified, reasons } = await verify(digest, materials);
  io.stdout.write(printable(`${isVerified ? 'verified' : 'not verified'}  ${name}  ${by}`).concat('\n'));
  if (isVerified) return EXIT_OK;
  const none = 'it has no signature where cosign puts them';
  const why = `${formatCount(reasons.length, 'signature')}: ${[...new Set(reasons)].join('; ')}`;
  io.stderr.write(`${printable(reasons.length === 0 ? none : why)}\n`);
  return EXIT_FAILURE;
}

async function verifierOf({ key: keyFile, trustRoot, ...options }: VerifyOptions): Promise<Verify> {
  if (keyFile !== undefined) return keyVerifier(await textOf(keyFile));
  const { issuer, subject, subjectPattern } = options;
  if (trustRoot === undefined || issuer === undefined || (subject === undefined) === (subjectPattern === undefined)) {
    throw new CliError('USAGE', {
      what: 'the image is not verified',
      why: 'it is not said whose signature it is to have',
      fix: 'give --key, or --trust-root with --issuer and one of --subject and --subject-pattern',
    });
  }
  return signerVerifier(await textOf(trustRoot), { issuer, subject, subjectPattern });
}

function keyVerifier(pem: string): Verify {
  const key = readTrustedKey(pem);
  const by = `key sha256:${key.fingerprint}`;
  return async (digest, materials) => {
    const verdict = verifySignatures(digest, materials, key);
    if (!verdict.verified) return { by, isVerified: false, reasons: verdict.reasons };
    const form = verdict.form === 'simple' ? 'simple signing' : 'bundle';
    return { by: `${by}  (${form})`, isVerified: true, reasons: [] };
  };
}

function signerVerifier(text: string, expected: ExpectedSigner): Verify {
  const root = requireTrustRoot(text);
  return async (digest, materials) => {
    const { signers, reasons } = await signersOf(digest, materials, root);
    const found = signers.find((signer) => isExpectedSigner(expected, signer));
    if (found !== undefined) return { by: `signer ${signerInWords(found)}`, isVerified: true, reasons: [] };
    const others = signers.map((signer) => `it is by ${signerInWords(signer)}`);
    return { by: `signer ${expectedInWords(expected)}`, isVerified: false, reasons: [...others, ...reasons] };
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}
