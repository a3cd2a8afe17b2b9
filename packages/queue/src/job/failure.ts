import { CodedError, printable } from '@bulkhead/core';

/** Failures are kept in Redis and shown on one line. */
const MAX_REASON = 500;
/** Begins the reason of a failure that trying again does not mend. */
const PERMANENT = 'permanent: ';

/** What is kept of a failure: code and message, and whether another try makes sense. */
export function reasonOf(error: unknown, permanent: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = error instanceof CodedError ? `${(error as CodedError<string>).code}: ${message}` : message;
  return printable(`${permanent ? PERMANENT : ''}${text}`, MAX_REASON);
}

/** Whether a kept reason says that another try makes no sense. */
export function isPermanent(reason: string): boolean {
  return reason.startsWith(PERMANENT);
}
