import type { Identity } from './identity.ts';
import { exec, kubectl, type Target } from './target.ts';

/** Its namespace. */
export const SHOP = 'shop';
/** What its certificate is for. */
export const SHOP_HOST = `shop.${SHOP}.svc.cluster.local`;
/** A pod of it that runs what steps want. */
export const CLIENT = { namespace: SHOP, name: 'client' };
/** A number every payment service documents for tests: valid by all rules, and nobody's money. */
export const CARD = '4111111111111111';
export const CARD_ORDER = JSON.stringify({ item: 'book', cardNumber: CARD });

/** The ResponseRule that has somebody told of each workload at which one is blocked. */
export const CARD_RULE = 'card-blocked';

/** What a shop does, in one line: it answers, and writes down what it was told. */
const SERVER = `
const { createServer } = require('node:http'), https = require('node:https');
const serve = (request, response) => { let body = ''; request.on('data', (more) => { body += more; });
  request.on('end', () => { console.log(request.socket.encrypted ? 'tls' : 'http', body); response.end('thanks'); }); };
createServer(serve).listen(8080);
https.createServer({ key: process.env.TLS_KEY, cert: process.env.TLS_CERTIFICATE }, serve).listen(8443);
`;

/** A shop that takes orders over HTTP and TLS, and a client, as manifests. The images that are there have all they need. */
export function shopManifests({ registry, tag }: Target, { key, certificate }: Identity): readonly object[] {
  const image = `${registry}/bulkhead-webhook:${tag}`;
  const pod = (name: string, script: string, env: readonly object[] = []): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: SHOP, labels: { app: name } },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name,
          image,
          command: ['/usr/local/bin/node', '-e', script],
          env,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  });
  return [
    pod('shop', SERVER, [
      { name: 'TLS_KEY', value: key },
      { name: 'TLS_CERTIFICATE', value: certificate },
    ]),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop', namespace: SHOP },
      spec: {
        selector: { app: 'shop' },
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'https', port: 443, targetPort: 8443 },
        ],
      },
    },
    pod('client', 'setInterval(() => undefined, 60_000)'),
  ];
}

/** A program for the client's pod: posts its second argument to its first, and prints the status, or why there is none. */
const POST = `
const [url, body] = process.argv.slice(1), options = { method: 'POST', rejectUnauthorized: false };
const request = require(url.startsWith('https') ? 'node:https' : 'node:http').request(url, options, (response) => {
  response.resume(); response.on('end', () => console.log(response.statusCode)); });
request.setTimeout(10_000, () => request.destroy(new Error('timeout')));
request.on('error', (error) => console.log(error.code ?? error.message));
request.end(body);
`;

/** Posts from the client to the shop, and gives the status, or the code of the error. */
export async function post(target: Target, scheme: 'http' | 'https', body: string): Promise<string> {
  const url = `${scheme}://${SHOP_HOST}/orders`;
  return (await exec(target, CLIENT, POST, [url, body])).trim();
}

/** What has arrived at the shop. */
export function shopLog(target: Target): Promise<string> {
  return kubectl(target, ['-n', SHOP, 'logs', 'shop']);
}
