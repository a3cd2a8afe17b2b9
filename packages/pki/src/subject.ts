import { isIP } from 'node:net';
import { PkiError } from './error.ts';

/** Whom a certificate is for. A server has DNS names or addresses, a client of ours a URI. */
export interface Subject {
  /** Shown to people only: nothing is decided by it. At most 64 characters, as X.520 has it. */
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly uris?: readonly string[];
}

/** X.520's upper bound of a common name. */
const MAX_COMMON_NAME = 64;
const MAX_DNS_NAME = 253;
/** A service in Kubernetes has half a dozen; the longest list still fits a TLS record. */
const MAX_NAMES = 100;

const DNS_NAME = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
/** RFC 3986's characters without spaces and control characters. */
const URI = /^[a-z][a-z0-9+.-]*:[!-~]{1,2000}$/i;
const PRINTABLE = /^[^\p{C}]+$/u;

/** Sorts the texts a server is called by into names and addresses. */
export function namesAndAddresses(texts: readonly string[]): Required<Pick<Subject, 'dnsNames' | 'addresses'>> {
  const addresses = texts.filter((text) => isIP(text) !== 0);
  return { dnsNames: texts.filter((text) => isIP(text) === 0), addresses };
}

/** Throws `INVALID_SUBJECT` where a certificate for this subject would be wrong or for nobody. */
export function requireSubject({ commonName, dnsNames = [], addresses = [], uris = [] }: Subject): void {
  const count = dnsNames.length + addresses.length + uris.length;
  if (commonName.length === 0 || commonName.length > MAX_COMMON_NAME || !PRINTABLE.test(commonName)) {
    throw refuse(`the common name must have 1 to ${MAX_COMMON_NAME} printable characters`);
  }
  if (count === 0) throw refuse('it has neither a DNS name nor an address nor a URI');
  if (count > MAX_NAMES) throw refuse(`it has more than ${MAX_NAMES} names`);
  const wrong =
    dnsNames.find((name) => name.length > MAX_DNS_NAME || !DNS_NAME.test(name)) ??
    addresses.find((address) => isIP(address) === 0 || address.includes('%')) ??
    uris.find((uri) => !URI.test(uri));
  if (wrong !== undefined) throw refuse(`${JSON.stringify(wrong)} is no name of a server, no address and no URI`);
}

function refuse(why: string): PkiError {
  return new PkiError('INVALID_SUBJECT', { what: 'cannot make a certificate', why, fix: 'correct the names' });
}
