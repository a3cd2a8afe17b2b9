import { type KubeClient, type PolicyWatch, watchPolicies } from '@bulkhead/kube';
import { type AdmissionPolicy, formatProblem, readAdmissionPolicies, requireAdmissionPolicies } from '@bulkhead/policy';
import type { ServiceProcess } from '@bulkhead/runtime';
import type { WebhookEvent } from '../event.ts';
import type { WebhookMetrics } from '../metrics.ts';
import { namesOf, type Policies } from './policies.ts';

export interface ClusterPolicies extends Policies {
  readonly watch: PolicyWatch;
  /** Calls back after each change of the resources. */
  onChange(listener: () => void): void;
}

/** The AdmissionPolicy resources of the cluster, followed. Known once they are listed; kept while the API server is away. */
export function policiesFromCluster(
  client: KubeClient,
  metrics: WebhookMetrics,
  { emit, logger, shutdown }: ServiceProcess<WebhookEvent>,
): ClusterPolicies {
  let current: readonly AdmissionPolicy[] | undefined;
  let rejected = '';
  let failure = 'they are not listed yet';
  const listeners: (() => void)[] = [];
  const watch = watchPolicies(client, {
    kinds: ['AdmissionPolicy'],
    check: (sources) => {
      const outcome = readAdmissionPolicies(sources);
      return outcome.ok ? [] : outcome.problems;
    },
    signal: shutdown.signal,
    onChange({ sources, states }) {
      const first = current === undefined;
      current = requireAdmissionPolicies(sources);
      const problems = states.flatMap((state) => state.problems.map(formatProblem));
      metrics.setPolicies(current.length, problems.length === 0);
      if (!first) emit({ event: 'policies-changed', policies: namesOf(current) });
      if (problems.length > 0 && problems.join('\n') !== rejected) emit({ event: 'policies-rejected', problems });
      rejected = problems.join('\n');
      for (const listener of listeners) listener();
    },
    onError(error, kind) {
      failure = error.message;
      logger.warn({ err: error, kind }, 'the API server cannot be asked for policies; what is known stays in force');
    },
  });
  return {
    get current() {
      return current ?? [];
    },
    get unknown() {
      return current === undefined ? `the policies of the cluster are not known: ${failure}` : undefined;
    },
    watch,
    onChange: (listener) => void listeners.push(listener),
  };
}
