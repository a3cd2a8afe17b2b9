import { join } from 'node:path';
import { loadAddon } from '@bulkhead/addon';
import { NftablesError } from './error.ts';

export type Outcome = 'done' | 'not-permitted' | 'namespace-unavailable' | 'refused' | 'no-resources';

export interface RunResult {
  readonly outcome: Outcome;
  readonly output: string;
  readonly error: string;
}

/** One packet that a log rule told of. */
export interface LoggedPacket {
  /** What the rule says. */
  readonly prefix: string;
  /** From its network header on, as far as the rule tells it. */
  readonly packet: Uint8Array;
}

/** See `include/bulkhead/set_reading.hpp`. A set that is not there has no array; see `read-flows.ts` for what is in one. */
export interface SetsReading {
  readonly outcome: Outcome;
  readonly error: string;
  readonly sets: readonly (Uint8Array | undefined)[];
}

/** What the native library exports; see `include/bulkhead/command_run.hpp` for the contract. */
export interface Addon {
  openLog(
    namespacePath: string,
    group: number,
    maxPacketBytes: number,
    onPackets: (packets: readonly LoggedPacket[], overruns: number) => void,
  ): { readonly outcome: Outcome; readonly error: string; readonly close: () => void };
  readSets(namespacePath: string, ...tablesAndSets: readonly string[]): Promise<SetsReading>;
  run(namespacePath: string, commands: string, form: 'text' | 'json', dryRun: boolean): Promise<RunResult>;
}

const ADDON = join(import.meta.dirname, '../../build/release/nftables.node');

let loaded: Addon | undefined;

/** Loads the native library on first use, so that importing this package never fails. */
export function addon(): Addon {
  loaded ??= loadAddon(ADDON, 'the library for nftables', NftablesError) as Addon;
  return loaded;
}
