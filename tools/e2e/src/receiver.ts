import { randomBytes } from 'node:crypto';
import type { Identity } from './identity.ts';
import { object, pod, service } from './manifests.ts';
import { NAMESPACE } from './release.ts';
import { SHOP } from './shop.ts';
import { kubectl, type Target } from './target.ts';

/** The namespace of who is told of alerts. */
export const RECEIVERS = 'receivers';
const RECEIVER = 'receiver';
export const RECEIVER_HOST = `${RECEIVER}.${RECEIVERS}.svc.cluster.local`;
/** What the api needs to reach it, in the namespace of the release. */
export const ALERT_SECRET = 'alert-receiver';

/** Of this run alone. */
const SIGNING_SECRET = randomBytes(24).toString('base64url');

/** What the chart is told of alerts. Those about other namespaces are none of this scenario's. */
export const ALERTS = {
  existingSecret: ALERT_SECRET,
  sinks: [
    {
      name: 'pager',
      kind: 'webhook',
      url: `https://${RECEIVER_HOST}/alerts`,
      caFile: '/secrets/alerts/ca.crt',
      secretFile: '/secrets/alerts/signing-secret',
      privateAddresses: true,
      filter: { namespaces: [SHOP] },
    },
    {
      name: 'siem',
      kind: 'syslog',
      host: RECEIVER_HOST,
      caFile: '/secrets/alerts/ca.crt',
      filter: { namespaces: [SHOP] },
    },
  ],
};

/** Prints each message that it takes, as a line of JSON. What is not signed as docs/reference/alerts.md says is refused. */
const RECEIVE = `
const https = require('node:https'), tls = require('node:tls'), { createHmac } = require('node:crypto'), { readFileSync } = require('node:fs');
const read = (name) => readFileSync('/secrets/' + name), identity = { key: read('tls.key'), cert: read('ca.crt') };
const whole = (stream, take) => { const parts = []; stream.on('data', (part) => parts.push(part)).on('error', () => undefined)
  .on('end', () => take(Buffer.concat(parts))); };
const tell = (message) => console.log(JSON.stringify(message));
https.createServer(identity, (request, response) => whole(request, (body) => {
  const { 'bulkhead-timestamp': time, 'bulkhead-signature': signature } = request.headers;
  const expected = 'v1=' + createHmac('sha256', read('signing-secret')).update(time + '.').update(body).digest('hex');
  const isSigned = signature === expected && Math.abs(Date.now() / 1000 - Number(time)) <= 300;
  tell({ by: 'webhook', isSigned, text: body.toString() });
  response.writeHead(isSigned ? 204 : 401).end();
})).listen(8443);
tls.createServer(identity, (socket) => { whole(socket, (bytes) => {
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at), end = space + 1 + Number(bytes.subarray(at, space));
    if (!(space > at && end > space + 1 && end <= bytes.length)) return tell({ by: 'syslog', text: 'not counted in octets' });
    tell({ by: 'syslog', text: bytes.subarray(space + 1, end).toString() });
    at = end; } }); }).listen(6514);
`;

/** A receiver of alerts in the cluster, as manifests. */
export function receiverManifests({ registry, tag }: Target, { key, certificate }: Identity): readonly object[] {
  return [
    {
      ...object('v1', 'Secret', RECEIVERS, RECEIVER),
      stringData: { 'tls.key': key, 'ca.crt': certificate, 'signing-secret': SIGNING_SECRET },
    },
    pod(RECEIVERS, RECEIVER, {
      image: `${registry}/bulkhead-webhook:${tag}`,
      command: ['/usr/local/bin/node', '-e', RECEIVE],
      port: 8443,
      mounts: [{ name: 'secrets', mountPath: '/secrets', volume: { secret: { secretName: RECEIVER } } }],
    }),
    service(RECEIVERS, RECEIVER, [
      { name: 'https', port: 443, targetPort: 8443 },
      { name: 'syslog', port: 6514, targetPort: 6514 },
    ]),
  ];
}

/** What the api is given to reach it. */
export function alertSecret({ certificate }: Identity): object {
  return {
    ...object('v1', 'Secret', NAMESPACE, ALERT_SECRET),
    stringData: { 'ca.crt': certificate, 'signing-secret': SIGNING_SECRET },
  };
}

/** A message that it took. */
export interface Received {
  readonly by: 'webhook' | 'syslog';
  readonly isSigned?: boolean;
  readonly text: string;
}

/** Has the receiver in place. */
export async function receiverIsReady(target: Target): Promise<string> {
  return kubectl(target, ['-n', RECEIVERS, 'wait', '--for=condition=Ready', `pod/${RECEIVER}`, '--timeout=90s']);
}

/** Everything that it took, in order. */
export async function received(target: Target): Promise<readonly Received[]> {
  const log = await kubectl(target, ['-n', RECEIVERS, 'logs', RECEIVER]);
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Received);
}
