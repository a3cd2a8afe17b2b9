import { CodedError } from '@bulkhead/core';

export type CliErrorCode =
  | 'USAGE'
  | 'UNREADABLE_FILE'
  | 'NOTHING_INSPECTED'
  | 'INTERRUPTED'
  | 'UNWRITABLE_FILE'
  | 'NOT_STARTED'
  | 'NOT_APPLIED';

/** What keeps a command from doing what it was asked to. */
export class CliError extends CodedError<CliErrorCode> {
  override name = 'CliError';
}

/** What a failure is called in a report, and what a person reads about it. */
export interface Explained {
  readonly code: string;
  readonly message: string;
}

/** What to do about a failure of the inspector whose message leaves that open. */
const FIXES: Readonly<Record<string, string>> = {
  INVALID_PROGRAM: 'correct the sensors',
  UNREADABLE_CAPTURE: 'check the path and its permissions',
  NOT_A_CAPTURE: 'name a capture, or use "bulkhead dlp scan", which takes any file',
};

/**
 * Reduces any thrown value to a code and one line of text with what, why and what to do. `what` stands in for errors
 * that do not say themselves what could not be done: those of the inspector, which knows no words of ours.
 */
export function explain(error: unknown, what?: string): Explained {
  if (error instanceof CodedError) {
    const { code, message, fix } = error as CodedError<string>;
    return { code, message: fix === undefined ? message : `${message}; ${fix}` };
  }
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  const why = typeof message === 'string' && message !== '' ? message : String(error);
  const open = typeof code === 'string' && Object.hasOwn(FIXES, code) && !why.includes(';');
  const fix = open ? FIXES[code] : undefined;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message: [[what, why].filter((part) => part !== undefined).join(': '), fix]
      .filter((part) => part !== undefined)
      .join('; '),
  };
}

/** A failure of the operating system about a file, in words. */
export function unreadableFile(file: string, cause: unknown): CliError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = (code !== undefined && WORDS[code]) || message;
  return new CliError(
    'UNREADABLE_FILE',
    { what: `cannot read ${JSON.stringify(file)}`, why, fix: 'check the path and its permissions' },
    { cause },
  );
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'its links lead in a circle',
};
