import { printable } from '@bulkhead/core';
import { ProviderUnavailable } from './bounded-fetch.ts';

/** Why somebody is not signed in by a provider. */
export interface Refusal {
  /** Whether it is for who signs in, or for who runs the provider. */
  readonly kind: 'refused' | 'unavailable';
  /** For who signs in and for the audit log: one sentence. */
  readonly detail: string;
}

/** What is wrong with a claim of an ID token (OpenID Connect Core 1.0, 3.1.3.7). */
const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'it was issued by another provider (iss)',
  aud: 'it is for another client (aud)',
  azp: 'it was made for another client (azp)',
  nonce: 'it belongs to another sign-in (nonce)',
  exp: 'it has expired (exp)',
  nbf: 'it is not valid yet (nbf)',
};
const MAX_DETAIL = 300;

/** The refusal that a failure of the OpenID client means. */
export function refusalOf(error: unknown): Refusal {
  for (const each of chainOf(error)) {
    if (each instanceof ProviderUnavailable) return { kind: 'unavailable', detail: sentence(each.message) };
  }
  const [first] = chainOf(error);
  const { code, error: said, error_description: described } = fieldsOf(first);
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR' || code === 'OAUTH_RESPONSE_BODY_ERROR') {
    const more = typeof described === 'string' ? `: ${described}` : '';
    return refused(`The OpenID provider refused: ${String(said)}${more}`);
  }
  if (code === 'OAUTH_KEY_SELECTION_FAILED') {
    return refused('The ID token is refused: none of the keys of the provider fits its signature');
  }
  const innermost = chainOf(error).at(-1);
  const claim = chainOf(error)
    .map((each) => fieldsOf(fieldsOf(each)['cause'])['claim'])
    .find((name) => typeof name === 'string');
  if (typeof claim === 'string') {
    return refused(`The ID token is refused: ${CLAIMS[claim] ?? `its claim ${claim} is wrong`}`);
  }
  const why = innermost instanceof Error ? innermost.message : String(innermost);
  return refused(`The answer of the OpenID provider is refused: ${why}`);
}

export function refused(detail: string): Refusal {
  return { kind: 'refused', detail: sentence(detail) };
}

/** An error and those that it has as causes, the outermost first. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  // Deeper is no error of anybody.
  for (let each = error; each instanceof Error && chain.length < 8; each = each.cause) chain.push(each);
  return chain.length === 0 ? [error] : chain;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function sentence(text: string): string {
  const line = printable(text, MAX_DETAIL);
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}${line.endsWith('.') ? '' : '.'}`;
}
