export type InspectorErrorCode =
  | 'ADDON_MISSING'
  | 'ADDON_UNLOADABLE'
  | 'INVALID_PROGRAM'
  | 'UNREADABLE_CAPTURE'
  | 'NOT_A_CAPTURE'
  | 'TRUNCATED_CAPTURE'
  | 'CORRUPT_CAPTURE'
  | 'UNSUPPORTED_LINK_TYPE'
  | 'QUEUE_UNAVAILABLE'
  | 'TAP_UNAVAILABLE'
  | 'UNWRITABLE_RECORDING'
  | 'NAMESPACE_UNAVAILABLE'
  | 'NOT_PERMITTED'
  | 'UNKNOWN_SOURCE'
  | 'DUPLICATE_SOURCE'
  | 'STOPPED';

/** Why the inspector could not do what was asked. The message is one line that says what, why and what to do. */
export class InspectorError extends Error {
  readonly code: InspectorErrorCode;

  constructor(code: InspectorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InspectorError';
    this.code = code;
  }

  /** Gives what the addon threw its type. Anything without a code of ours is a bug and passes as it is. */
  static from(thrown: unknown): unknown {
    if (!(thrown instanceof Error) || thrown instanceof InspectorError) return thrown;
    const { code } = thrown as { code?: unknown };
    // TypeErrors and the like of Node-API have codes of their own, which begin with ERR_.
    if (typeof code !== 'string' || code.startsWith('ERR_')) return thrown;
    return new InspectorError(code as InspectorErrorCode, thrown.message);
  }
}

/** Runs a call into the addon; what it throws comes out as an InspectorError. */
export function typed<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (thrown) {
    throw InspectorError.from(thrown);
  }
}
