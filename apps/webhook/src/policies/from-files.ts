import { formatProblem, PolicyError, requireAdmissionPolicies } from '@bulkhead/policy';
import { readPolicyFiles, type ServiceProcess } from '@bulkhead/runtime';
import type { WebhookEvent } from '../event.ts';
import { follow } from '../follow.ts';
import type { WebhookMetrics } from '../metrics.ts';
import { namesOf, type Policies } from './policies.ts';

/** Reads the policies of files, and follows them as they change. Throws when they cannot be used at the start. */
export async function policiesFromFiles(
  paths: readonly string[],
  everyMs: number,
  metrics: WebhookMetrics,
  { emit, logger, shutdown }: ServiceProcess<WebhookEvent>,
): Promise<Policies> {
  const first = await readPolicyFiles(paths);
  let current = requireAdmissionPolicies(first);
  metrics.setPolicies(current.length, true);
  void follow(first, {
    everyMs,
    signal: shutdown.signal,
    read: () => readPolicyFiles(paths),
    contentOf: JSON.stringify,
    onChange(changed) {
      current = requireAdmissionPolicies(changed);
      metrics.setPolicies(current.length, true);
      emit({ event: 'policies-changed', policies: namesOf(current) });
    },
    onProblem(error) {
      metrics.setPolicies(current.length, false);
      logger.error({ err: error }, 'the policy files cannot be used; what was valid last stays in force');
      emit({ event: 'policies-rejected', problems: problemsOf(error) });
    },
  });
  return {
    get current() {
      return current;
    },
    unknown: undefined,
  };
}

/** What is wrong, a line each. */
export function problemsOf(error: unknown): readonly string[] {
  if (error instanceof PolicyError) return error.problems.map(formatProblem);
  return [error instanceof Error ? error.message : String(error)];
}
