export type SentinelErrorCode =
  | 'ADDON_MISSING'
  | 'ADDON_UNLOADABLE'
  | 'NOT_PERMITTED'
  | 'UNSUPPORTED'
  | 'CONTAINER_GONE'
  | 'NOT_A_CONTAINER'
  | 'IMAGE_UNKNOWN'
  | 'INVALID_RULES'
  | 'NO_RESOURCES'
  | 'DUPLICATE_CONTAINER'
  | 'UNKNOWN_CONTAINER'
  | 'STOPPED';

/**
 * Why the sentinel could not do what was asked. The message is one line that says what, why and what to do.
 *
 * `code` is API. Native packages depend on nothing, so this does not extend the base class of the others.
 */
export class SentinelError extends Error {
  override readonly name = 'SentinelError';
  readonly code: SentinelErrorCode;

  constructor(code: SentinelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Gives what the addon threw its type. Anything without a code of ours is a bug and passes as it is. */
  static from(thrown: unknown): unknown {
    if (!(thrown instanceof Error) || thrown instanceof SentinelError) return thrown;
    const { code } = thrown as { code?: unknown };
    // TypeErrors and the like of Node-API have codes of their own, which begin with ERR_.
    if (typeof code !== 'string' || code.startsWith('ERR_')) return thrown;
    return new SentinelError(code as SentinelErrorCode, thrown.message);
  }
}

/** Runs a call into the addon; what it throws comes out as a SentinelError. */
export function typed<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (thrown) {
    throw SentinelError.from(thrown);
  }
}
