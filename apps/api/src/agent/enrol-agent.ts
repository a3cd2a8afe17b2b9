import type { Clock } from '@bulkhead/core';
import { type EnrolClaim, type EnrolDecision, newAgentId } from '@bulkhead/rpc';
import type { Store } from '@bulkhead/store';
import { secretHash } from '../access/secret.ts';

export interface Enrolling {
  readonly store: Pick<Store, 'agents' | 'enrolmentTokens' | 'audit'>;
  readonly clock: Clock;
}

/** Lets an agent in that has a token, and notes it. */
export async function enrolAgent(
  { store, clock }: Enrolling,
  { tokenId, tokenSecret, node, version, peer }: EnrolClaim,
): Promise<EnrolDecision> {
  const at = new Date(clock.now()).toISOString();
  const token = await store.enrolmentTokens.use(tokenId, secretHash(tokenSecret), at);
  // Who has no token is logged by the server; only what changed something belongs to the audit.
  if (token === undefined) return { ok: false, problem: 'the enrolment token is not valid (any more)' };
  const agentId = newAgentId();
  await store.agents.enrol({ id: agentId, node, enrolledAt: at });
  await store.audit.append({
    at,
    actor: `enrolment-token:${token.id}`,
    address: peer,
    action: 'agent.enrol',
    target: agentId,
    outcome: 'done',
    detail: { node, version },
  });
  return { ok: true, agentId };
}
