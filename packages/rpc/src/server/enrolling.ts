import type { Logger } from '@bulkhead/runtime';
import { type handleUnaryCall, status } from '@grpc/grpc-js';
import type { EnrolRequest, EnrolResponse } from '../gen/agent/v1/agent.ts';
import { isAgentId } from '../wire/agent-name.ts';
import { MAX_NAME, MAX_PEM } from '../wire/limits.ts';
import { line, lineOf } from '../wire/text.ts';
import type { AgentHub, AgentIssuer } from './hub.ts';

export interface EnrollingOptions {
  readonly hub: Pick<AgentHub, 'enrol'>;
  readonly issuer: AgentIssuer;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Enrolments at the same time. Each costs a look into the database and a signature; the rest is told to come again. */
const MAX_ENROLMENTS = 32;

/** What is wrong with an enrolment, for whoever asked. */
class Refusal extends Error {}

/** Handles enrolments: the only call that strangers may make. */
export function enrolling({ hub, issuer, logger }: EnrollingOptions): handleUnaryCall<EnrolRequest, EnrolResponse> {
  let running = 0;

  async function enrol(request: EnrolRequest, peer: string): Promise<EnrolResponse> {
    const { tokenId, tokenSecret, node, version, certificateRequest } = request;
    const isTooLong = [tokenId, tokenSecret, node, version].some((field) => field.length > MAX_NAME);
    if (isTooLong || certificateRequest.length > MAX_PEM) throw new Refusal('a part of the enrolment is too long');
    const decision = await hub.enrol({ tokenId, tokenSecret, node, version, peer });
    if (!decision.ok) throw new Refusal(decision.problem);
    if (!isAgentId(decision.agentId)) throw new Error(`the hub named an agent ${JSON.stringify(decision.agentId)}`);
    const signed = await issuer.sign(decision.agentId, certificateRequest);
    if (!signed.ok) throw new Refusal(`the request for a certificate is refused: ${signed.problem}`);
    logger.info({ agent: decision.agentId, node: line(node), peer }, 'an agent is enrolled');
    return { agentId: decision.agentId, certificateChain: signed.chainPem, authorities: issuer.trustPem() };
  }

  return (call, answer) => {
    const peer = call.getPeer();
    if (running >= MAX_ENROLMENTS) {
      answer({ code: status.RESOURCE_EXHAUSTED, details: 'too many agents enrol at this moment, try again' });
      return;
    }
    running += 1;
    void enrol(call.request, peer)
      .then(
        (response) => answer(null, response),
        (error: unknown) => {
          const log = { peer, node: line(call.request.node), problem: lineOf(error) };
          if (error instanceof Refusal) {
            logger.warn(log, 'an enrolment was refused');
            answer({ code: status.PERMISSION_DENIED, details: lineOf(error) });
          } else {
            logger.error({ ...log, err: error }, 'an enrolment failed');
            answer({ code: status.UNAVAILABLE, details: 'the control plane cannot enrol agents now' });
          }
        },
      )
      .finally(() => {
        running -= 1;
      });
  };
}
