import { CodedError } from '@bulkhead/core';

export type ScanErrorCode =
  | 'INVALID_KEY'
  | 'INVALID_SBOM'
  | 'INVALID_VEX'
  | 'INVALID_IGNORE_FILE'
  | 'INVALID_TEMPLATE'
  | 'TOO_MANY_FINDINGS'
  | 'UNKNOWN_FORMAT';

/** What keeps a scan from giving a result at all; what only narrows it is a `Gap`. */
export class ScanError extends CodedError<ScanErrorCode> {
  override name = 'ScanError';
}
