import { OciError } from '../error.ts';

interface Reason {
  readonly why: string;
  readonly fix?: string;
  /** Whether the same may succeed a moment later. */
  readonly passing?: boolean;
}

const UNTRUSTED: Reason = {
  why: 'its certificate is of an authority that is not trusted',
  fix: 'give the certificate of its authority, as --ca does',
};

const REASONS: Readonly<Record<string, Reason>> = {
  ENOTFOUND: { why: 'there is no host of that name' },
  EAI_AGAIN: { why: 'its name cannot be looked up at the moment', passing: true },
  ECONNREFUSED: { why: 'nothing listens there' },
  EHOSTUNREACH: { why: 'there is no way to it' },
  ENETUNREACH: { why: 'there is no way to it' },
  ECONNRESET: { why: 'it closed the connection', passing: true },
  EPIPE: { why: 'it closed the connection', passing: true },
  ETIMEDOUT: { why: 'it does not answer', passing: true },
  EPROTO: { why: 'it does not speak TLS', fix: 'allow it as a registry without encryption, as --plain-http does' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    why: 'it does not speak TLS',
    fix: 'allow it as a registry without encryption, as --plain-http does',
  },
  ERR_SSL_PACKET_LENGTH_TOO_LONG: {
    why: 'it does not speak TLS',
    fix: 'allow it as a registry without encryption, as --plain-http does',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: { why: 'its certificate has expired' },
  ERR_TLS_CERT_ALTNAME_INVALID: { why: 'its certificate is for another name' },
};

/** Says in one line why a registry cannot be talked to. */
export function connectionError(url: URL, error: Error): OciError {
  if (error instanceof OciError) return error;
  const { why, fix = 'check its name and port, and the way to it' }: Reason = reasonOf(error) ?? { why: error.message };
  const what = `the registry ${url.host} cannot be reached`;
  return new OciError('REGISTRY_UNREACHABLE', { what, why, fix }, { cause: error });
}

/** Whether a failed connection is worth a second try. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof OciError) || error.code !== 'REGISTRY_UNREACHABLE') return false;
  return error.cause instanceof Error && reasonOf(error.cause)?.passing === true;
}

/** Whether the other side answered TLS with something else. */
export function isPlainText(error: unknown): boolean {
  if (!(error instanceof OciError) || !(error.cause instanceof Error)) return false;
  return reasonOf(error.cause)?.why === REASONS.EPROTO?.why;
}

function reasonOf(error: Error): Reason | undefined {
  const code = 'code' in error ? String(error.code) : '';
  return Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}
