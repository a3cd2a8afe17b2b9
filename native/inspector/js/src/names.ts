/** Names of what records carry as numbers, in the order of the C++ enumerations (include/bulkhead). */
export const CONFIDENCES = ['none', 'low', 'medium', 'high'] as const;
export const VERDICTS = ['allow', 'alert', 'capture', 'mask', 'block'] as const;
export const DIRECTIONS = ['request', 'response'] as const;
export const DIRECTION_SCOPES = ['request', 'response', 'both'] as const;
export const PROTOCOLS = [
  'unknown',
  'raw',
  'http1',
  'tls',
  'ssh',
  'quic',
  'udp',
  'icmp',
  'http2',
  'grpc',
  'websocket',
  'postgresql',
  'mysql',
  'redis',
  'smtp',
  'pop3',
  'imap',
  'ftp',
  'mongodb',
  'kafka',
  'amqp',
  'nats',
  'mqtt',
  'cassandra',
  'memcached',
  'ldap',
  'dns',
  'syslog',
  'statsd',
  'tds',
  'tns',
  'wireguard',
  'ftp-data',
] as const;
export const LOCATIONS = [
  'stream',
  'head',
  'body',
  'trailer',
  'command',
  'argument',
  'reply',
  'key',
  'value',
  'column',
  'header',
  'topic',
  'message',
  'part',
  'name',
] as const;
/** How a datum was written other than as itself, within its field. */
export const ENCODINGS = [
  'none',
  'percent',
  'form',
  'json',
  'html',
  'quoted-printable',
  'unicode',
  'markup',
  'utf16',
  'utf32',
  'base64',
  'hex',
  'compressed',
] as const;
export const STRENGTHS = ['checksum', 'weak-checksum', 'shape', 'anchored'] as const;
export const VALUE_CHECKS = ['none', 'luhn', 'mod97', 'mod11', 'verhoeff', 'entropy'] as const;
export const NORMALISATIONS = ['digits', 'text', 'exact'] as const;
export const EXCEPTION_POLICIES = ['pass', 'alert', 'block'] as const;
export const TRAFFIC_EXCEPTIONS = [
  'memoryCap',
  'midstream',
  'gap',
  'overlap',
  'badChecksum',
  'badReset',
  'urgentData',
  'malformedPacket',
  'unknownLayer',
  'depthLimit',
  'fragmentLimit',
  'parserError',
  'ambiguousFraming',
  'decodeBudget',
  'decodeError',
  'unsupportedEncoding',
  'queueOverrun',
  'truncatedPacket',
  'countLimit',
] as const;

export type Encoding = Exclude<(typeof ENCODINGS)[number], 'none'>;
export type Confidence = Exclude<(typeof CONFIDENCES)[number], 'none'>;
export type Verdict = (typeof VERDICTS)[number];
export type Direction = (typeof DIRECTIONS)[number];
export type DirectionScope = (typeof DIRECTION_SCOPES)[number];
export type Protocol = (typeof PROTOCOLS)[number];
export type Strength = (typeof STRENGTHS)[number];
export type ExceptionPolicy = (typeof EXCEPTION_POLICIES)[number];
export type TrafficException = (typeof TRAFFIC_EXCEPTIONS)[number];

/** The name of a number, which the addon never lets lie outside the list. */
export function nameOf<Name extends string>(names: readonly Name[], number: number): Name {
  const name = names[number];
  if (name === undefined) throw new RangeError(`no name for ${number} among ${names.join(', ')}`);
  return name;
}

/** Policies as the addon takes them: one byte per exception, `alert` where nothing was said. */
export function policyBytes(policies: Readonly<Record<string, string | undefined>> = {}): Uint8Array {
  const bytes = new Uint8Array(TRAFFIC_EXCEPTIONS.length).fill(EXCEPTION_POLICIES.indexOf('alert'));
  for (const [exception, policy] of Object.entries(policies)) {
    const index = (TRAFFIC_EXCEPTIONS as readonly string[]).indexOf(exception);
    const value = (EXCEPTION_POLICIES as readonly (string | undefined)[]).indexOf(policy);
    if (index < 0) throw new RangeError(`unknown exception "${exception}"; known are ${TRAFFIC_EXCEPTIONS.join(', ')}`);
    if (policy === undefined) continue;
    if (value < 0) throw new RangeError(`unknown policy "${policy}" for ${exception}; known are pass, alert, block`);
    bytes[index] = value;
  }
  return bytes;
}
