import { CodedError } from '@bulkhead/core';

export type WorkerErrorCode = 'INVALID_CONFIG';

/** What keeps the worker from starting. */
export class WorkerError extends CodedError<WorkerErrorCode> {
  override name = 'WorkerError';
}
