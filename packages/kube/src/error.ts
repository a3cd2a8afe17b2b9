import { CodedError } from '@bulkhead/core';

export type KubeErrorCode =
  /** There is no kubeconfig, none that can be used, or no service account in the pod. */
  | 'NO_CONFIGURATION'
  /** Nothing answers, TLS fails, or the answer does not come in time. */
  | 'UNREACHABLE'
  /** 401: the credentials are missing, wrong or expired. */
  | 'UNAUTHORIZED'
  /** 403: a right is missing, or an admission plugin said no. */
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  /** 409: somebody else changed the object, or owns the field. */
  | 'CONFLICT'
  /** 410: the version asked for is no longer kept; list again. */
  | 'EXPIRED'
  /** 400 or 422: the API server understood and refuses the object. */
  | 'INVALID'
  /** 429, 500, 502, 503, 504: the same request may succeed later. */
  | 'UNAVAILABLE'
  /** An answer beyond the bounds of this client. */
  | 'TOO_LARGE'
  /** What answers is no Kubernetes API, or speaks another version of it. */
  | 'BAD_ANSWER'
  /** Told to stop. */
  | 'ABORTED';

/** What keeps a request to the Kubernetes API from its answer. */
export class KubeError extends CodedError<KubeErrorCode> {
  override name = 'KubeError';
  /** What the API server asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: KubeErrorCode,
    parts: ConstructorParameters<typeof CodedError>[1],
    options: ErrorOptions & { readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(code, parts, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Any thrown value as this package's error. */
export function asKubeError(error: unknown, what: string): KubeError {
  if (error instanceof KubeError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new KubeError(
    'UNREACHABLE',
    { what, why, fix: 'check the address and that the API server runs' },
    { cause: error },
  );
}
