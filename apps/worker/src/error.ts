import { CodedError } from '@bulkhead/core';

export type WorkerErrorCode =
  /** None of the feeds could be read. */
  | 'FEEDS_FAILED'
  /** What an agent found has more packages than any machine. */
  | 'TOO_MANY_PACKAGES'
  /** A rescan is dead, and its keys are not judged again until a person decides. */
  | 'RESCAN_DEAD';

/** What keeps the worker from starting, or a job of it from being done. */
export class WorkerError extends CodedError<WorkerErrorCode> {
  override name = 'WorkerError';
}
