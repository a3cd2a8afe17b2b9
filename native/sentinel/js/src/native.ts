import { fileURLToPath } from 'node:url';
import { loadAddon } from '@bulkhead/addon';
import { SentinelError } from './error.ts';
import type { SentinelEvent } from './event.ts';
import type { ContainerFiles } from './file.ts';
import type { ContainerPrograms } from './program.ts';
import type { ContainerRules } from './rules.ts';

export type SentinelHandle = { readonly __brand: 'sentinel' };

export interface NativeCounters {
  /** Questions of the kernel, of which each was answered. */
  asked: number;
  /** Those that were refused. */
  denied: number;
  /** Those that were denied by a set that is not enforced, and happened. */
  alerted: number;
  /** Those whose program or file could not be told well enough to judge it by its name, or that a bound was reached for. */
  undecided: number;
  /** Events left out, because the same was told a moment before. */
  repeated: number;
  /** Events that nobody took in time. */
  lost: number;
  /** Answers that the kernel did not take, and questions that could not be read. */
  errors: number;
  /** Containers that are watched now. */
  containers: number;
  /** Mounts of these containers where the kernel does not ask. */
  unwatchedMounts: number;
}

/** What binding/ exports: thin, unchecked. The modules beside this one are what others import. */
export interface Native {
  missing(): string;
  matchesPath(glob: string, path: string): boolean;
  create(onEvents: (events: readonly SentinelEvent[], lost: number) => void): SentinelHandle;
  watch(sentinel: SentinelHandle, id: string, pid: number, rules: ContainerRules): void;
  setRules(sentinel: SentinelHandle, id: string, rules: ContainerRules): void;
  remove(sentinel: SentinelHandle, id: string): void;
  noteRunning(sentinel: SentinelHandle, id: string, processes: readonly number[]): void;
  noteOpen(sentinel: SentinelHandle, id: string, processes: readonly number[]): void;
  takePrograms(sentinel: SentinelHandle): readonly ContainerPrograms[];
  takeFiles(sentinel: SentinelHandle): readonly ContainerFiles[];
  counters(sentinel: SentinelHandle): NativeCounters;
  stop(sentinel: SentinelHandle): Promise<void>;
}

const ADDON = fileURLToPath(new URL('../../build/release/sentinel.node', import.meta.url));

let loaded: Native | undefined;

/** The addon, loaded when it is first needed: types and errors can be imported where it is not built. */
export function native(): Native {
  loaded ??= loadAddon(ADDON, 'the sentinel', SentinelError) as Native;
  return loaded;
}
