import { CodedError } from '@bulkhead/core';

export type FilesystemErrorCode = 'NOT_FOUND' | 'NOT_A_FOLDER' | 'NOT_PERMITTED';

/** What keeps a folder from being scanned at all; what is only missing inside it is a gap. */
export class FilesystemError extends CodedError<FilesystemErrorCode> {
  override name = 'FilesystemError';
}
