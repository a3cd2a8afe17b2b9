import { readPublicKey, readTrustRoot, type TrustedKey, type TrustRoot } from '@bulkhead/core';

/** By what signatures are held, as texts: public keys in PEM, and trust roots. */
export interface SignatureTrust {
  readonly keys: readonly string[];
  readonly trustRoots: readonly string[];
}

/** Likewise, read. */
export interface ReadTrust {
  readonly keys: readonly TrustedKey[];
  readonly roots: readonly TrustRoot[];
}

/** What policies name, kept for whoever looks at signatures. */
export interface SignatureTrustStore {
  get(): Promise<SignatureTrust>;
  /** Takes the place of what was kept; says whether that is another. */
  set(trust: SignatureTrust): Promise<'changed' | 'unchanged'>;
}

/** Keys and trust roots that one image is held against: what is known of it has no room for more. */
const MAX_KEYS = 64;
const MAX_ROOTS = 16;

/** What several ask for, each once, the first of them first. What cannot be read is passed over: it was refused where it was written. */
export function readTrust(...trusts: readonly SignatureTrust[]): ReadTrust {
  const keys = trusts
    .flatMap(({ keys: pems }) => pems)
    .flatMap((pem) => {
      const outcome = readPublicKey(pem);
      return outcome.ok ? [outcome.key] : [];
    });
  const roots = trusts
    .flatMap(({ trustRoots }) => trustRoots)
    .flatMap((text) => {
      const outcome = readTrustRoot(text);
      return outcome.ok ? [outcome.root] : [];
    });
  return { keys: distinct(keys).slice(0, MAX_KEYS), roots: distinct(roots).slice(0, MAX_ROOTS) };
}

function distinct<One extends { readonly fingerprint: string }>(all: readonly One[]): readonly One[] {
  const first = new Map<string, One>();
  for (const one of all) if (!first.has(one.fingerprint)) first.set(one.fingerprint, one);
  return [...first.values()];
}
