import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { ChannelCredentials, Client } from '@grpc/grpc-js';
import { KEEPALIVE_MS, KEEPALIVE_TIMEOUT_MS, MAX_MESSAGE_FROM_AGENT, MAX_MESSAGE_TO_AGENT } from '../wire/limits.ts';
import { splitAddress } from './address.ts';

/** Who an agent is, and whom it trusts. All of it PEM. */
export interface AgentCredentials {
  readonly chainPem: string;
  readonly keyPem: string;
  readonly trustPem: string;
}

/** What is sent where the control plane is called by an address. */
const NAMELESS = 'control-plane.bulkhead.invalid';

/** A channel to the control plane, of its own: it shows its own certificate, and ends with its client. */
export function openChannel(
  address: string,
  { trustPem, ...own }: Pick<AgentCredentials, 'trustPem'> & Partial<AgentCredentials>,
): Client {
  const { host } = splitAddress(address);
  const credentials = ChannelCredentials.createSsl(
    Buffer.from(trustPem),
    own.keyPem === undefined ? null : Buffer.from(own.keyPem),
    own.chainPem === undefined ? null : Buffer.from(own.chainPem),
    // The name that is sent may be a stand-in; what is checked is whom we called.
    { checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate) },
  );
  return new Client(address, credentials, {
    'grpc.max_send_message_length': MAX_MESSAGE_FROM_AGENT,
    'grpc.max_receive_message_length': MAX_MESSAGE_TO_AGENT,
    'grpc.keepalive_time_ms': KEEPALIVE_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.use_local_subchannel_pool': 1,
    // TLS has no server names for addresses, and Node refuses to send one (RFC 6066, section 3).
    ...(isIP(host) !== 0 && { 'grpc.ssl_target_name_override': NAMELESS }),
    // An agent speaks to its control plane and to nobody in between; it tries again itself.
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
  });
}
