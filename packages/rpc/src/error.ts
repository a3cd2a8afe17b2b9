import { CodedError } from '@bulkhead/core';

export type RpcErrorCode =
  /** Text that is no enrolment token. */
  | 'INVALID_TOKEN'
  /** The control plane does not take the token, or not any more. */
  | 'ENROLMENT_REFUSED'
  /** Whoever answers at the address is not the control plane that gave out the token. */
  | 'SERVER_NOT_TRUSTED'
  /** Nobody answers at the address, or not in time. */
  | 'UNREACHABLE'
  /** The address to serve at cannot be had. */
  | 'ADDRESS_UNAVAILABLE'
  /** A message beyond the limits of the wire, which the other side would refuse. */
  | 'MESSAGE_TOO_LARGE'
  /** The agent is not connected, or did not answer in time. */
  | 'AGENT_UNAVAILABLE'
  /** The folder for events that wait cannot be used. */
  | 'SPOOL_UNUSABLE';

/** What keeps agents and the control plane from talking. */
export class RpcError extends CodedError<RpcErrorCode> {
  override name = 'RpcError';
}
