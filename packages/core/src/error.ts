/** The parts a person needs to act on an error. Lower case, no full stop, offending values quoted, never a secret. */
export interface ErrorParts {
  /** What could not be done. */
  readonly what: string;
  /** Why it could not. */
  readonly why?: string;
  /** What the reader can do about it, starting with a verb. */
  readonly fix?: string;
}

/** Base of every error a package of ours throws. `code` is API: tests, metrics and exit codes switch on it. */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code;
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: string | undefined;

  constructor(code: Code, parts: ErrorParts | string, options?: ErrorOptions) {
    const { what, why, fix }: ErrorParts = typeof parts === 'string' ? { what: parts } : parts;
    super(why === undefined ? what : `${what}: ${why}`, options);
    this.name = new.target.name;
    this.code = code;
    this.what = what;
    this.why = why;
    this.fix = fix;
  }
}

/** Longer messages come from hostile input, not from us; a terminal line stays readable at this length. */
const MAX_LINE = 2000;

/** Renders any thrown value as one line: `error: what: why; fix`. */
export function errorLine(error: unknown): string {
  return `error: ${errorText(error)}`;
}

/** What went wrong and what to do, as a part of one line. */
export function errorText(error: unknown): string {
  const message = error instanceof Error && error.message !== '' ? error.message : String(error);
  const fix = error instanceof CodedError && error.fix !== undefined ? `; ${error.fix}` : '';
  return printable(message + fix);
}

/** Makes text from outside safe for one terminal line: no control characters, bounded length. */
export function printable(text: string, maxLength = MAX_LINE): string {
  const flat = text.replace(/[\r\n]+/g, ' ').replace(/\p{Cc}|\p{Cf}/gu, '\uFFFD');
  return flat.length <= maxLength ? flat : `${flat.slice(0, maxLength - 1)}…`;
}
