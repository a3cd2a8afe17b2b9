import { compareText } from '@bulkhead/core';
import type { AdmissionPolicy } from './policy.ts';

/** What policies name to hold signatures against, each once and sorted: the same policies make the same. */
export function signatureTrustOf(policies: readonly AdmissionPolicy[]): {
  readonly keys: readonly string[];
  readonly trustRoots: readonly string[];
} {
  const criteria = policies.flatMap(({ rules }) =>
    rules.flatMap(({ criterion }) => ('signatures' in criterion ? [criterion.signatures] : [])),
  );
  const keys = new Map(criteria.flatMap((one) => one.keys).map(({ fingerprint, pem }) => [fingerprint, pem]));
  const roots = new Map(
    criteria.flatMap((one) => one.keyless).map(({ trustRoot }) => [trustRoot.fingerprint, trustRoot.text]),
  );
  return { keys: sorted(keys), trustRoots: sorted(roots) };
}

function sorted(textByFingerprint: ReadonlyMap<string, string>): readonly string[] {
  return [...textByFingerprint].toSorted(([a], [b]) => compareText(a, b)).map(([, text]) => text);
}
