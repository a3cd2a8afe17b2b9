import type { Outcome } from './addon.ts';

export type NftablesErrorCode =
  | 'ADDON_MISSING'
  | 'NOT_PERMITTED'
  | 'NAMESPACE_UNAVAILABLE'
  | 'TRANSACTION_REFUSED'
  | 'LISTING_FAILED'
  | 'NO_RESOURCES'
  | 'LOG_REFUSED'
  | 'QUEUE_UNSUPPORTED'
  | 'IPTABLES_FAILED';

interface NftablesErrorOptions extends ErrorOptions {
  readonly failingCommand?: string | undefined;
}

/**
 * Every error of this package. The message carries what nft, iptables or the system said, unchanged.
 *
 * `code` is API. Native packages depend on nothing, so this does not extend the base class of the others.
 */
export class NftablesError extends Error {
  override readonly name = 'NftablesError';
  readonly code: NftablesErrorCode;
  /** The command that the kernel or the parser refused, as it was sent, where it could be told. */
  readonly failingCommand: string | undefined;

  constructor(code: NftablesErrorCode, message: string, options: NftablesErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.failingCommand = options.failingCommand;
  }
}

/** The code of what the native library could not do. */
export const ERROR_CODES = {
  'not-permitted': 'NOT_PERMITTED',
  'namespace-unavailable': 'NAMESPACE_UNAVAILABLE',
  refused: 'TRANSACTION_REFUSED',
  'no-resources': 'NO_RESOURCES',
} as const satisfies Record<Exclude<Outcome, 'done'>, NftablesErrorCode>;
