import { addon, type LoggedPacket } from './addon.ts';
import { ERROR_CODES, NftablesError } from './error.ts';
import { type NetworkNamespace, namespacePath } from './network-namespace.ts';

export interface LogOptions {
  /** The number that the log rules name. */
  readonly group: number;
  /** More of a packet is never told, whatever its rule says. */
  readonly maxPacketBytes: number;
  /** `overruns`: how often the kernel had to leave packets out, because nobody read in time. */
  readonly onPackets: (packets: readonly LoggedPacket[], overruns: number) => void;
}

/** Reads until it is closed, and keeps the process running so long. */
export interface LogReader {
  close(): void;
}

/**
 * Reads what the log rules of a namespace tell. Throws when somebody else reads the same group there, or when the namespace
 * cannot be entered.
 */
export function openLog(namespace: NetworkNamespace, { group, maxPacketBytes, onPackets }: LogOptions): LogReader {
  const path = namespacePath(namespace);
  const { outcome, error, close } = addon().openLog(path, group, maxPacketBytes, onPackets);
  if (outcome === 'done') return { close };
  const code = ERROR_CODES[outcome];
  throw new NftablesError(code === 'TRANSACTION_REFUSED' ? 'LOG_REFUSED' : code, `${path}: ${error}`);
}
