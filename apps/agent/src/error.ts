import { CodedError } from '@bulkhead/core';

export type AgentErrorCode =
  /** The process lacks a privilege, or the kernel a feature. */
  | 'MISSING_CAPABILITY'
  /** A file the configuration names cannot be read. */
  | 'UNREADABLE_FILE';

export class AgentError extends CodedError<AgentErrorCode> {
  override name = 'AgentError';
}
