import { X509Certificate } from 'node:crypto';
import { agentOfUri } from '../wire/agent-name.ts';

/** Who is at the other end of a connection. */
export type Peer =
  | { readonly kind: 'agent'; readonly id: string; readonly serial: string; readonly notAfter: number }
  /** It showed no certificate: all it may do is enrol. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'refused'; readonly problem: string };

/** Extended key usage of a TLS client (RFC 5280, 4.2.1.12). */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * Judges the certificate of a connection's other end, whose key the handshake has proven. It must be a client's, signed by one
 * of the authorities (PEM, one each), hold now and name one agent.
 */
export function judgePeer(
  certificate: X509Certificate | undefined,
  authorities: readonly X509Certificate[],
  now: number,
): Peer {
  if (certificate === undefined) return { kind: 'stranger' };
  const refuse = (problem: string): Peer => ({ kind: 'refused', problem });
  const signer = authorities.find((each) => certificate.checkIssued(each) && certificate.verify(each.publicKey));
  if (signer === undefined) return refuse('its certificate is not signed by the authority of this control plane');
  const ids = agentsNamed(certificate);
  const [id] = ids;
  const whose = id === undefined ? 'its certificate' : `the certificate of agent ${id}`;
  for (const each of [certificate, signer]) {
    if (now < each.validFromDate.getTime()) return refuse(`${whose} is not valid before ${iso(each.validFromDate)}`);
    if (now > each.validToDate.getTime()) return refuse(`${whose} has expired on ${iso(each.validToDate)}`);
  }
  if (certificate.ca || !(certificate.keyUsage ?? []).includes(CLIENT_AUTH)) {
    return refuse(`${whose} is not one of a client`);
  }
  if (id === undefined || ids.length > 1) return refuse('its certificate does not name one agent');
  return { kind: 'agent', id, serial: certificate.serialNumber, notAfter: certificate.validToDate.getTime() };
}

/** The authorities of a PEM text. What is none is left out: whoever is signed by it is refused. */
export function readAuthorities(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block)).filter((certificate) => certificate.ca);
}

/** Node quotes a name in which a comma could begin another one: such a name is none of an agent. */
function agentsNamed(certificate: X509Certificate): readonly string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .flatMap((name) => (name.startsWith('URI:') ? (agentOfUri(name.slice('URI:'.length)) ?? []) : []));
}

function iso(date: Date): string {
  return date.toISOString();
}
