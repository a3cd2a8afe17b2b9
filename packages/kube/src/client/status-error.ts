import { printable } from '@bulkhead/core';
import { KubeError, type KubeErrorCode } from '../error.ts';
import { KubeStatus } from './object.ts';

/** An hour: who asks for more is not believed. */
const MAX_RETRY_AFTER_SECONDS = 3_600;
const MAX_MESSAGE = 1_000;

/** The error that an answer other than 2xx is. `body` is whatever came with it. */
export function errorOfAnswer(what: string, status: number, body: string, retryAfter?: string): KubeError {
  const parsed = KubeStatus.safeParse(jsonOf(body));
  const reason = parsed.data?.reason;
  const message = parsed.data?.message ?? body;
  const seconds = parsed.data?.details?.retryAfterSeconds ?? Number(retryAfter);
  const why = message.trim() === '' ? `the API server answers ${status}` : printable(message.trim(), MAX_MESSAGE);
  const code = codeOf(status, reason, parsed.success);
  const fix = FIXES[code];
  return new KubeError(
    code,
    { what, why, ...(fix !== undefined && { fix }) },
    { retryAfterMs: seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000 : undefined },
  );
}

const FIXES: Partial<Record<KubeErrorCode, string>> = {
  UNAUTHORIZED: 'renew the credentials',
  FORBIDDEN: 'give the account the right it needs (RBAC)',
  NOT_FOUND: 'check the name, and that the resource is installed in the cluster',
};

function codeOf(status: number, reason: string | undefined, isStatus: boolean): KubeErrorCode {
  switch (status) {
    case 400:
    case 422:
      return 'INVALID';
    case 401:
      return 'UNAUTHORIZED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      return 'NOT_FOUND';
    case 409:
      return reason === 'AlreadyExists' ? 'ALREADY_EXISTS' : 'CONFLICT';
    case 410:
      return 'EXPIRED';
    case 413:
      return 'TOO_LARGE';
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return 'UNAVAILABLE';
    default:
      return isStatus && status >= 400 ? 'INVALID' : 'BAD_ANSWER';
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
