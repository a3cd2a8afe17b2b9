import type { PolicyProblem, PolicySource } from '@bulkhead/policy';
import type { KubeClient } from '../client/client.ts';
import { policyKind } from '../crd/policy-kinds.ts';
import type { KubeError } from '../error.ts';
import type { Backoff } from '../watch/backoff.ts';
import { type ObjectWatch, watchObjects } from '../watch/watch-objects.ts';
import { type PolicyObject, policyObject } from './policy-object.ts';
import { type CheckPolicies, type PolicyVersion, settle } from './settle.ts';

/** A resource, and what became of it. */
export interface PolicyState {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** `DataSensor/cards`: as in `sources` and in problems. */
  readonly file: string;
  /** Its last generation. */
  readonly generation: number;
  /** Everything that is wrong with the last generation. */
  readonly problems: readonly PolicyProblem[];
  /** The generation that is in force; nothing where none is. */
  readonly inForce: number | undefined;
}

/** The policy of a cluster. */
export interface ClusterPolicies {
  /** What is in force, without problems: a document each, sorted by file. As files of a folder are read. */
  readonly sources: readonly PolicySource[];
  readonly states: readonly PolicyState[];
}

export interface WatchPoliciesOptions {
  /** Names of kinds: `DataSensor`. */
  readonly kinds: readonly string[];
  /** Reads documents of those kinds together. */
  readonly check: CheckPolicies;
  readonly signal: AbortSignal;
  /** Told first when all kinds are listed, then after each change, of whatever changed within a moment at once. */
  readonly onChange: (policies: ClusterPolicies) => void;
  /** The API server cannot be asked about a kind: what was in force still is, and it is tried again. */
  readonly onError: (error: KubeError, kind: string) => void;
  readonly backoff?: () => Backoff;
}

export interface PolicyWatch {
  /** What is in force now; nothing until all kinds are listed. */
  readonly current: ClusterPolicies | undefined;
  /** Kinds whose list is still awaited. */
  readonly awaited: readonly string[];
  /** Resolves with true when all kinds are listed, and with false when it was told to stop before. */
  readonly synced: Promise<boolean>;
  readonly done: Promise<void>;
  /** The status of a resource as it was last seen. */
  statusOf(file: string): PolicyObject['status'] | undefined;
}

/** One `kubectl apply` writes many resources, a hundred milliseconds apart at most. */
const SETTLE_MS = 100;

/**
 * Follows the policy resources of a cluster, and gives the same as files do. A resource with mistakes does not take the others down: its last
 * valid generation stays in force as long as this process lives, and its state says what is wrong. Without the API server all stays as it was.
 */
export function watchPolicies(client: KubeClient, options: WatchPoliciesOptions): PolicyWatch {
  return new ClusterPolicyWatch(client, options);
}

class ClusterPolicyWatch implements PolicyWatch {
  readonly #options: WatchPoliciesOptions;
  readonly #watches: ReadonlyMap<string, ObjectWatch<PolicyObject>>;
  /** By file, of resources that are there. */
  readonly #lastValid = new Map<string, PolicyVersion>();
  #seen = '';
  #timer: NodeJS.Timeout | undefined;
  current: ClusterPolicies | undefined;
  readonly synced: Promise<boolean>;
  readonly done: Promise<void>;

  constructor(client: KubeClient, options: WatchPoliciesOptions) {
    this.#options = options;
    const { kinds, signal, backoff, onError } = options;
    this.#watches = new Map(
      kinds.map((kind) => [
        kind,
        watchObjects(client, policyKind(kind), {
          signal,
          keep: policyObject,
          ...(backoff !== undefined && { backoff: backoff() }),
          onEvent: (event) => {
            if (event.type === 'error') onError(event.error, kind);
            else this.#soon();
          },
        }),
      ]),
    );
    const watches = [...this.#watches.values()];
    this.synced = Promise.all(watches.map(({ synced }) => synced)).then((all) => {
      if (!all.every(Boolean)) return false;
      this.#settle();
      return true;
    });
    this.done = Promise.all(watches.map(({ done }) => done)).then(() => clearTimeout(this.#timer));
  }

  get awaited(): readonly string[] {
    return [...this.#watches].filter(([, { isSynced }]) => !isSynced).map(([kind]) => kind);
  }

  statusOf(file: string): PolicyObject['status'] | undefined {
    const [kind = '', name = ''] = file.split('/');
    return this.#watches.get(kind)?.objects.get(name)?.status;
  }

  #soon(): void {
    if (this.#timer !== undefined || this.current === undefined) return;
    this.#timer = setTimeout(() => this.#settle(), SETTLE_MS);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#options.signal.aborted) return;
    const objects = [...this.#watches.values()]
      .flatMap((watch) => [...watch.objects.values()])
      .toSorted((a, b) => (a.file < b.file ? -1 : 1));
    // A change of the status alone is none.
    const seen = objects.map(({ uid, generation, text }) => `${uid} ${generation} ${text}`).join('\n');
    if (this.current !== undefined && seen === this.#seen) return;
    this.#seen = seen;
    this.#forget(objects);
    const { inForce, problems } = settle(objects, this.#lastValid, this.#options.check);
    const generations = new Map(inForce.map(({ file, generation }) => [file, generation]));
    for (const version of inForce) this.#lastValid.set(version.file, version);
    this.current = {
      sources: inForce.map(({ file, text }) => ({ file, text })),
      states: objects.map(({ kind, name, uid, file, generation }) => ({
        kind,
        name,
        uid,
        file,
        generation,
        problems: problems.get(file) ?? [],
        inForce: generations.get(file),
      })),
    };
    this.#options.onChange(this.current);
  }

  /** What was removed has no last version, also when another is made under its name. */
  #forget(objects: readonly PolicyObject[]): void {
    const there = new Map(objects.map(({ file, uid }) => [file, uid]));
    for (const [file, version] of this.#lastValid) {
      if (there.get(file) !== (version as Partial<PolicyObject>).uid) this.#lastValid.delete(file);
    }
  }
}
