import { CodedError } from '@bulkhead/core';

export type PkiErrorCode =
  /** A PEM or a file that holds no certificate, or more or other than asked for. */
  | 'CERTIFICATE_UNREADABLE'
  /** A private key that cannot be read, is of another kind, or belongs to another certificate. */
  | 'KEY_UNREADABLE'
  /** A private key that others on this machine may read. */
  | 'KEY_EXPOSED'
  /** A certificate was asked for that would say something impossible: no name, or a name that is none. */
  | 'INVALID_SUBJECT'
  /** The authority's own certificate is not valid at this time. */
  | 'AUTHORITY_NOT_VALID'
  /** The folder of an authority cannot be read or written. */
  | 'FOLDER_UNUSABLE'
  /** The place where several processes keep an authority is written by others all the time. */
  | 'PLACE_UNUSABLE';

/** What keeps certificates from being made or read. */
export class PkiError extends CodedError<PkiErrorCode> {
  override name = 'PkiError';
}
