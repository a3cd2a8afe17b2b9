import { type KubeClient, POLICY_KINDS, type PolicyState, type PolicyWatch, watchPolicies } from '@bulkhead/kube';
import { type PolicyProblem, type PolicySource, readPolicy } from '@bulkhead/policy';
import type { Logger } from '@bulkhead/runtime';
import { ApiError } from '../error.ts';
import { LANGUAGE } from './language.ts';
import { PolicyListeners } from './listeners.ts';
import type { PolicyInForce, PolicySupply } from './policy-in-force.ts';
import { versionOfSources } from './version-of-sources.ts';

export interface ClusterPolicyOptions {
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
}

/** The policy as custom resources of a cluster. A resource with mistakes has its last valid generation in force. */
export class ClusterPolicy implements PolicySupply {
  readonly kind = 'cluster';
  readonly #listeners = new PolicyListeners();
  readonly #watch: PolicyWatch;
  readonly #ended = new AbortController();
  #current: PolicyInForce | undefined;

  private constructor(client: KubeClient, { logger, signal }: ClusterPolicyOptions) {
    this.#watch = watchPolicies(client, {
      kinds: POLICY_KINDS.map(({ kind }) => kind),
      check: problemsOf,
      signal: AbortSignal.any([signal, this.#ended.signal]),
      onChange: ({ sources }) => this.#take(sources),
      onError: (error, kind) => {
        logger.warn({ err: error, kind }, 'the API server cannot be asked for policies; what is known stays in force');
      },
    });
  }

  /** Resolves when all kinds are listed, however long the API server takes. Throws when told to stop before. */
  static async open(client: KubeClient, options: ClusterPolicyOptions): Promise<ClusterPolicy> {
    const policy = new ClusterPolicy(client, options);
    if (await policy.#watch.synced) return policy;
    throw stopped();
  }

  get current(): PolicyInForce {
    if (this.#current === undefined) throw stopped();
    return this.#current;
  }

  get problems(): readonly PolicyProblem[] {
    return this.states.flatMap(({ problems }) => problems);
  }

  /** Every resource, and what became of it. */
  get states(): readonly PolicyState[] {
    return this.#watch.current?.states ?? [];
  }

  /** The status of a resource as it was last seen. */
  statusOf(file: string): ReturnType<PolicyWatch['statusOf']> {
    return this.#watch.statusOf(file);
  }

  onChange(listener: (policy: PolicyInForce) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#watch.done;
  }

  #take(sources: readonly PolicySource[]): void {
    const outcome = readPolicy(sources, LANGUAGE);
    // What is given was checked just before.
    if (!outcome.ok) return;
    const isFirst = this.#current === undefined;
    this.#current = { version: versionOfSources(sources), policy: outcome.policy, documents: outcome.documents };
    if (!isFirst) this.#listeners.tell(this.#current);
  }
}

function problemsOf(sources: readonly PolicySource[]): readonly PolicyProblem[] {
  const outcome = readPolicy(sources, LANGUAGE);
  return outcome.ok ? [] : outcome.problems;
}

function stopped(): ApiError {
  return new ApiError('POLICY_UNAVAILABLE', 'the policies of the cluster were not known before the end');
}
