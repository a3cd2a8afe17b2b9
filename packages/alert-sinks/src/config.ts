import { AlertFilter, MAX_SLACK_ALERTS, SYSLOG_FORMATS, WEBHOOK_FORMATS } from '@bulkhead/alerts';
import { isName } from '@bulkhead/core';
import { z } from 'zod';

const MAX_PORT = 65_535;
const SYSLOG_PORT = 514;
const SYSLOG_TLS_PORT = 6_514;
const MAX_RECIPIENTS = 50;
const MAX_ALERTS = 100;

const file = z.string().min(1).max(4_096);
const common = {
  name: z.string().refine(isName, 'must be a name of lower-case letters, digits and hyphens'),
  filter: AlertFilter.prefault({}).describe('Which alerts it gets.'),
  messagesPerMinute: z
    .int()
    .min(1)
    .max(6_000)
    .default(30)
    .describe('Messages at most: of more alerts, those that wait go together into the next.'),
};
const grouped = (most: number) =>
  z.int().min(1).max(most).default(Math.min(20, most)).describe('Alerts in one message at most.');
const trust = { caFile: file.optional().describe('PEM file of the authority of its certificate.') };
const privateAddresses = (normally: boolean) =>
  z.boolean().default(normally).describe('Whether it may be at a private or loopback address.');

/** An address that a message goes to by HTTPS, without a secret in it. */
const httpsUrl = z
  .url({ protocol: /^https$/ })
  .refine((text) => !hasCredentials(text), 'must not have a name or a password in it');

/** One receiver of alerts. Secrets are files. */
export const AlertSinkConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('syslog'),
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(MAX_PORT).optional().describe('514, and 6514 with TLS.'),
    transport: z.enum(['tls', 'tcp', 'udp']).default('tls'),
    format: z.enum(SYSLOG_FORMATS).default('text').describe('What the message part is.'),
    facility: z.int().min(0).max(23).default(13).describe('13 is "log audit".'),
    enterpriseId: z.int().min(1).max(4_294_967_295).default(32_473),
    maxAlerts: grouped(MAX_ALERTS),
    ...trust,
    certificateFile: file.optional().describe('PEM file of a certificate to show.'),
    keyFile: file.optional().describe('PEM file of its key.'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    url: httpsUrl,
    secretFile: file.optional().describe('File of the secret that requests are signed with.'),
    format: z.enum(WEBHOOK_FORMATS).default('json'),
    maxAlerts: grouped(MAX_ALERTS),
    privateAddresses: privateAddresses(false),
    ...trust,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('slack'),
    urlFile: file.describe('File with the address of the incoming webhook, which is its secret.'),
    maxAlerts: grouped(MAX_SLACK_ALERTS),
    privateAddresses: privateAddresses(false),
    ...trust,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('alertmanager'),
    url: z
      .url({ protocol: /^https?$/ })
      .refine((text) => !hasCredentials(text), 'must not have a name or a password in it')
      .describe('Of the server, without /api/v2/alerts.'),
    tokenFile: file.optional().describe('File of a bearer token; over https only.'),
    firingMinutes: z
      .int()
      .min(1)
      .max(10_080)
      .default(120)
      .describe('How long an alert fires that is not raised again.'),
    maxAlerts: grouped(MAX_ALERTS),
    privateAddresses: privateAddresses(true),
    ...trust,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('email'),
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(MAX_PORT).optional().describe('587; 465 with tls, 25 with none.'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('Never falls back: without it no mail is sent.'),
    user: z.string().min(1).max(253).optional(),
    passwordFile: file.optional(),
    from: z.email(),
    to: z.array(z.email()).min(1).max(MAX_RECIPIENTS),
    maxAlerts: grouped(MAX_ALERTS),
    ...trust,
  }),
]);
export type AlertSinkConfig = z.output<typeof AlertSinkConfig>;
export type SinkConfigOf<Kind extends AlertSinkConfig['kind']> = Extract<AlertSinkConfig, { kind: Kind }>;

const MAX_SINKS = 32;

/** All sinks: each has its own name, and no secret would go over the wire in clear. */
export const AlertSinkConfigs = z
  .array(AlertSinkConfig)
  .max(MAX_SINKS)
  .superRefine((sinks, context) => {
    const known = new Set<string>();
    for (const [index, sink] of sinks.entries()) {
      const problem = (key: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [index, key], message });
      if (known.has(sink.name)) problem('name', 'is the name of another sink');
      known.add(sink.name);
      if (sink.kind === 'syslog') {
        if ((sink.certificateFile === undefined) !== (sink.keyFile === undefined)) {
          problem('keyFile', 'certificateFile and keyFile go together');
        }
        const ofTls = sink.caFile ?? sink.certificateFile ?? sink.keyFile;
        if (sink.transport !== 'tls' && ofTls !== undefined) problem('transport', 'must be tls to use certificates');
      }
      if (sink.kind === 'alertmanager' && sink.tokenFile !== undefined && !sink.url.startsWith('https:')) {
        problem('tokenFile', 'needs an https address');
      }
      if (sink.kind === 'email') {
        if ((sink.user === undefined) !== (sink.passwordFile === undefined)) {
          problem('passwordFile', 'user and passwordFile go together');
        }
        if (sink.passwordFile !== undefined && sink.security === 'none') {
          problem('security', 'must not be none with a password');
        }
      }
    }
  });

function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}

/** The port of a receiver: that of its transport (RFC 5425, RFC 5426, RFC 6587) if not given. */
export function syslogPort({ port, transport }: Pick<SinkConfigOf<'syslog'>, 'port' | 'transport'>): number {
  return port ?? (transport === 'tls' ? SYSLOG_TLS_PORT : SYSLOG_PORT);
}

/** Where a sink sends to, without what is secret of it. */
export function targetOf(sink: AlertSinkConfig): string {
  switch (sink.kind) {
    case 'syslog':
      return `${sink.transport}://${sink.host}:${syslogPort(sink)}`;
    case 'slack':
      return 'Slack';
    case 'email':
      return sink.to.join(', ');
    default:
      return new URL(sink.url).origin;
  }
}
