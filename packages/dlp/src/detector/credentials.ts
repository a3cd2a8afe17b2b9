import type { DetectorDescription } from './description.ts';

/**
 * What logs in, told by its place in a protocol rather than by its form: only traffic has it. A finding shows the name
 * of who logs in where the protocol gives it, made unreadable where the name is a datum itself, and always as many stars.
 */
export const CREDENTIALS: readonly DetectorDescription[] = [
  {
    id: 'cleartext-credential',
    title: 'Password or token that logs in',
    category: 'credential',
    strength: 'anchored',
    rule:
      'what a protocol has for a secret: FTP PASS, POP3 PASS, IMAP LOGIN, Redis AUTH, cleartext passwords of MySQL and ' +
      'PostgreSQL, LDAP simple bind, MQTT CONNECT, NATS CONNECT, and SASL PLAIN, LOGIN, XOAUTH2 and AMQPLAIN in SMTP, ' +
      'IMAP, POP3, AMQP, Cassandra and memcached; anonymous access and empty or masked passwords are none, guest/guest, ' +
      'CRAM-MD5 and DIGEST-MD5 have low confidence',
    norm: 'RFC 4616; RFC 7628; the protocols’ own',
    example: 'ann:********',
  },
  {
    id: 'http-basic',
    title: 'HTTP user and password',
    category: 'credential',
    strength: 'anchored',
    rule:
      'Authorization or Proxy-Authorization with the scheme Basic whose base64 holds a user, a colon and a password, or a ' +
      'token in place of the user; the norm’s own example and guest/guest have low confidence',
    norm: 'RFC 7617',
    example: 'ann:********',
  },
  {
    id: 'http-bearer',
    title: 'HTTP access token',
    category: 'credential',
    strength: 'anchored',
    rule:
      'Authorization or Proxy-Authorization with the scheme Bearer, Token, ApiKey or SSWS; medium confidence for a token ' +
      'without a scheme, low for one under 16 characters and for Digest; schemes that sign a request are none',
    norm: 'RFC 6750; RFC 9110 §11.6',
    example: '********',
  },
  {
    id: 'session-cookie',
    title: 'Session cookie',
    category: 'credential',
    strength: 'shape',
    rule:
      'a pair of Cookie or Set-Cookie whose name servers and frameworks use for a session (high confidence) or that speaks ' +
      'of one (medium), and whose value has 16 characters or more, eight of them different; low confidence otherwise; ' +
      'guards against forged requests are none',
    norm: 'RFC 6265',
    example: '********',
  },
];
