import { AddonError, type LoadFailure } from '@bulkhead/addon';
import type { Outcome } from './addon.ts';

export type NftablesErrorCode =
  | LoadFailure
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

/** Every error of this package. The message carries what nft, iptables or the system said, unchanged. */
export class NftablesError extends AddonError<NftablesErrorCode> {
  override readonly name = 'NftablesError';
  /** The command that the kernel or the parser refused, as it was sent, where it could be told. */
  readonly failingCommand: string | undefined;

  constructor(code: NftablesErrorCode, message: string, { failingCommand, ...options }: NftablesErrorOptions = {}) {
    super(code, message, options);
    this.failingCommand = failingCommand;
  }
}

/** The code of what the native library could not do. */
export const ERROR_CODES = {
  'not-permitted': 'NOT_PERMITTED',
  'namespace-unavailable': 'NAMESPACE_UNAVAILABLE',
  refused: 'TRANSACTION_REFUSED',
  'no-resources': 'NO_RESOURCES',
} as const satisfies Record<Exclude<Outcome, 'done'>, NftablesErrorCode>;
