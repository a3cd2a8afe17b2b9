/** Why an addon could not be loaded: it is not there, or it is not for this machine. */
export type LoadFailure = 'ADDON_MISSING' | 'ADDON_UNLOADABLE';

/**
 * What native packages throw. The message is one line that says what, why and what to do.
 *
 * `code` is API. Native packages depend on nothing else, so this does not extend the base class of the others.
 */
export abstract class AddonError<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type ErrorClass<Code extends string> = new (code: Code, message: string, options?: ErrorOptions) => AddonError<Code>;

/** Gives what the addon threw its type. Anything without a code of ours is a bug and passes as it is. */
function ofType<Code extends string>(type: ErrorClass<Code>, thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof type) return thrown;
  const { code } = thrown as { code?: unknown };
  // TypeErrors and the like of Node-API have codes of their own, which begin with ERR_.
  if (typeof code !== 'string' || code.startsWith('ERR_')) return thrown;
  return new type(code as Code, thrown.message);
}

/** Makes what runs a call into the addon so that what it throws, or rejects with, is of a type. */
export function typedBy<Code extends string>(type: ErrorClass<Code>): <Result>(call: () => Result) => Result {
  return <Result>(call: () => Result): Result => {
    try {
      const result = call();
      if (!(result instanceof Promise)) return result;
      return result.catch((thrown: unknown) => {
        throw ofType(type, thrown);
      }) as Result;
    } catch (thrown) {
      throw ofType(type, thrown);
    }
  };
}
