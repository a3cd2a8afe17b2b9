import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import {
  formatProblem,
  type Policy,
  type PolicySource,
  readPolicy,
  requirePolicy,
  type ServiceAddress,
  type UnfollowedServices,
} from '@bulkhead/policy';
import { readPolicyFiles } from '@bulkhead/runtime';
import { completePolicy, sensorFileStamps } from './sensor-files.ts';

const LANGUAGE = { kind: dataSensorKind, provided: DEFAULT_SENSORS } as const;

/** How long a changed policy may go unnoticed. Files are compared by content: mounted ones change by symbolic link. */
const INTERVAL_MS = 1_000;

export interface PolicyChange {
  readonly policy: Policy;
  readonly files: readonly string[];
  /** Addresses of groups' workloads on other nodes, where whoever gives the policy knows them. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** Services that lead to workloads of groups, likewise. */
  readonly services?: readonly ServiceAddress[] | undefined;
  /** Those of which it is not known where their ports lead. */
  readonly unfollowed?: readonly UnfollowedServices[] | undefined;
}

export interface PolicyWatchOptions {
  readonly signal: AbortSignal;
  /** Resolves when the policy is in force as far as it can be; the next is not looked for before. */
  readonly onPolicy: (change: PolicyChange) => Promise<void>;
  /** The files hold no valid policy now: the last valid one stays in force. Told once per content. */
  readonly onRejected: (problems: readonly string[]) => void;
}

/** A policy read from files and followed as they change. */
export class PolicyWatch {
  readonly #paths: readonly string[];
  #seen = '';
  /** The last policy that could be read: its sensors name files, which are followed too. */
  #named: Policy | undefined;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Reads the policy to start with. Throws when there is none that is valid. */
  async first(): Promise<PolicyChange> {
    const sources = await readPolicyFiles(this.#paths);
    const policy = requirePolicy(sources, LANGUAGE);
    this.#named = policy;
    this.#seen = JSON.stringify([sources, await sensorFileStamps(policy)]);
    return change(await completePolicy(policy), sources);
  }

  /** Reports changes until the signal aborts. */
  async follow(options: PolicyWatchOptions): Promise<void> {
    while (!options.signal.aborted) {
      await sleep(INTERVAL_MS, undefined, { signal: options.signal }).catch(() => undefined);
      if (options.signal.aborted) return;
      await this.#look(options);
    }
  }

  async #look({ onPolicy, onRejected }: PolicyWatchOptions): Promise<void> {
    let sources: readonly PolicySource[];
    try {
      sources = await readPolicyFiles(this.#paths);
    } catch (error) {
      const message = textOf(error);
      if (message !== this.#seen) onRejected([message]);
      this.#seen = message;
      return;
    }
    if (JSON.stringify([sources, await sensorFileStamps(this.#named)]) === this.#seen) return;
    const outcome = readPolicy(sources, LANGUAGE);
    if (outcome.ok) this.#named = outcome.policy;
    this.#seen = JSON.stringify([sources, await sensorFileStamps(this.#named)]);
    if (!outcome.ok) return onRejected(outcome.problems.map(formatProblem));
    let policy: Policy;
    try {
      policy = await completePolicy(outcome.policy);
    } catch (error) {
      return onRejected([textOf(error)]);
    }
    await onPolicy(change(policy, sources));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function change(policy: Policy, sources: readonly PolicySource[]): PolicyChange {
  return { policy, files: sources.map((source) => source.file) };
}
