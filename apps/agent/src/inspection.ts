import type { Capabilities } from '@bulkhead/inspector';
import type { Policy } from '@bulkhead/policy';
import { AgentError } from './error.ts';

/**
 * Throws when this machine cannot inspect what the policy wants inspected. Gives a notice for the operator when it can,
 * but slower than it might.
 */
export function requireInspection(
  { avx2, nfqueue, nfqueueReason }: Capabilities,
  { groups }: Pick<Policy, 'groups'>,
): string | undefined {
  const enforcing = groups.filter((group) => group.mode === 'protect').map((group) => group.name);
  if (enforcing.length > 0 && !nfqueue) {
    throw new AgentError('MISSING_CAPABILITY', {
      what: 'the agent cannot protect',
      why: nfqueueReason,
      fix: `give the kernel packet queues, or set ${enforcing.join(', ')} to monitor, which needs none`,
    });
  }
  return avx2 ? undefined : 'notice: this processor has no AVX2; inspection finds the same, more slowly';
}
