import { CodedError } from '@bulkhead/core';

export type QueueErrorCode =
  /** Nobody answers, or not in time. */
  | 'QUEUE_UNREACHABLE'
  /** The server does not take the name or the password. */
  | 'QUEUE_DENIED'
  /** The data of a job is not what its contract says. */
  | 'MALFORMED_JOB'
  /** The job was cancelled. */
  | 'JOB_CANCELLED';

/** What keeps a job from being queued or done. */
export class QueueError extends CodedError<QueueErrorCode> {
  override name = 'QueueError';
}
