import { CodedError } from '@bulkhead/core';

export type QueueErrorCode = 'QUEUE_UNREACHABLE' | 'MALFORMED_JOB';

/** What keeps a job from being queued or done. */
export class QueueError extends CodedError<QueueErrorCode> {
  override name = 'QueueError';
}
