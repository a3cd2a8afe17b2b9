import { type ServiceError, status } from '@grpc/grpc-js';
import { RpcError } from '../error.ts';
import type { EnrolRequest, EnrolResponse } from '../gen/agent/v1/agent.ts';
import { isAgentId } from '../wire/agent-name.ts';
import { ENROL } from '../wire/service.ts';
import { line } from '../wire/text.ts';
import { parseToken } from '../wire/token.ts';
import { openChannel } from './channel.ts';
import { fetchAuthority } from './server-pin.ts';

export interface EnrolOptions {
  /** `host:port` of the control plane. */
  readonly address: string;
  /** The token's text. */
  readonly token: string;
  /** The machine's name, for people. */
  readonly node: string;
  readonly version: string;
  /** PEM, made with a key that stays here. */
  readonly requestPem: string;
  readonly timeoutMs?: number;
}

/** What an agent is once it is enrolled; its key it has already. */
export interface Enrolled {
  readonly agentId: string;
  readonly chainPem: string;
  readonly trustPem: string;
}

const TIMEOUT_MS = 15_000;

/**
 * Enrols at a control plane: recognises it by the pin in the token, then shows the token. Throws `INVALID_TOKEN`,
 * `UNREACHABLE`, `SERVER_NOT_TRUSTED` and `ENROLMENT_REFUSED`; of these only `UNREACHABLE` may mend itself.
 */
export async function enrolAgent(options: EnrolOptions): Promise<Enrolled> {
  const { address, node, version, requestPem, timeoutMs = TIMEOUT_MS } = options;
  const { id, secret, pin } = parseToken(options.token);
  const authority = await fetchAuthority(address, pin, timeoutMs);
  const client = openChannel(address, { trustPem: authority });
  try {
    const request: EnrolRequest = { tokenId: id, tokenSecret: secret, node, version, certificateRequest: requestPem };
    const { promise, resolve, reject } = Promise.withResolvers<EnrolResponse>();
    client.makeUnaryRequest(
      ENROL.path,
      ENROL.requestSerialize,
      ENROL.responseDeserialize,
      request,
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        if (error !== null) reject(failure(address, error));
        else if (response !== undefined) resolve(response);
      },
    );
    const { agentId, certificateChain, authorities } = await promise;
    if (!isAgentId(agentId)) {
      throw new RpcError('ENROLMENT_REFUSED', { what: `cannot enrol at ${address}`, why: 'the answer names no agent' });
    }
    return { agentId, chainPem: certificateChain, trustPem: authorities };
  } finally {
    client.close();
  }
}

function failure(address: string, error: ServiceError): RpcError {
  const why = line(error.details);
  const options = { cause: error };
  if (error.code === status.PERMISSION_DENIED) {
    const parts = {
      what: `${address} refuses to enrol this agent`,
      why,
      fix: 'get a new token from the control plane',
    };
    return new RpcError('ENROLMENT_REFUSED', parts, options);
  }
  const parts = { what: `cannot enrol at ${address}`, why, fix: 'correct the address or the network, or wait' };
  return new RpcError('UNREACHABLE', parts, options);
}
