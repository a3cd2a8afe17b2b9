import type { DetectorDescription } from './description.ts';

/** What is said of a session as a whole. There is no datum: a finding shows the protocol that was spoken. */
export const TRAFFIC: readonly DetectorDescription[] = [
  {
    id: 'cleartext-traffic',
    title: 'Application traffic without encryption',
    category: 'traffic',
    strength: 'anchored',
    rule:
      'application data before TLS, SSH, QUIC or WireGuard is proven, told once a session: a recognised protocol or text has ' +
      'high confidence; what claims to be TLS or SSH and is not, and a binary protocol that is not known, medium; bytes ' +
      'that may be ciphertext, DNS, and TNS, which can encrypt in its own way, low; a greeting, what leads to STARTTLS, ' +
      'CONNECT, and a connection without payload are none',
    norm: 'RFC 8446; RFC 3207; RFC 2595; RFC 4511 §4.14; the protocols’ own',
    example: 'HTTP/1',
  },
];
