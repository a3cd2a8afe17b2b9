/**
 * The applications a rule can name, each with what the inspector calls that which is spoken then. `http` is every way to
 * speak it.
 */
export const APPLICATION_PROTOCOLS = {
  amqp: ['amqp'],
  cassandra: ['cassandra'],
  dns: ['dns'],
  ftp: ['ftp', 'ftp-data'],
  grpc: ['grpc'],
  http: ['http1', 'http2', 'grpc', 'websocket'],
  imap: ['imap'],
  kafka: ['kafka'],
  ldap: ['ldap'],
  memcached: ['memcached'],
  mongodb: ['mongodb'],
  mqtt: ['mqtt'],
  mysql: ['mysql'],
  nats: ['nats'],
  pop3: ['pop3'],
  postgresql: ['postgresql'],
  quic: ['quic'],
  redis: ['redis'],
  smtp: ['smtp'],
  ssh: ['ssh'],
  statsd: ['statsd'],
  syslog: ['syslog'],
  tds: ['tds'],
  tls: ['tls'],
  tns: ['tns'],
  websocket: ['websocket'],
  wireguard: ['wireguard'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Application = keyof typeof APPLICATION_PROTOCOLS;

/** Their names, sorted. */
export const APPLICATIONS = Object.keys(APPLICATION_PROTOCOLS) as readonly Application[] as readonly [
  Application,
  ...Application[],
];

/** What the inspector calls a flow that no protocol explains. */
export const UNKNOWN_PROTOCOLS = ['raw', 'udp'] as const;

/** Whether what the inspector recognised is one of some applications. */
export function speaksOneOf(protocol: string, applications: readonly Application[]): boolean {
  return applications.some((application) =>
    (APPLICATION_PROTOCOLS[application] as readonly string[]).includes(protocol),
  );
}
