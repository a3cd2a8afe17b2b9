import type { Conclusion } from '@bulkhead/lab';
import { NAMESPACE, RELEASE } from '../release.ts';
import { CARD, SHOP } from '../shop.ts';
import { kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

export async function events(target: Target): Promise<Conclusion> {
  const log = await kubectl(target, ['-n', NAMESPACE, 'logs', `statefulset/${RELEASE}-api`, '--tail=-1']);
  const password = /"password":"([^"]+)"/.exec(log)?.[1] ?? '';
  const script = `
const https = require('node:https'), [name, password] = process.argv.slice(1);
const ask = (method, path, body, headers = {}) => new Promise((resolve, reject) => {
  const sent = https.request({ host: name, port: 443, method, path, rejectUnauthorized: false,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) } }, (response) => {
    let text = ''; response.on('data', (more) => { text += more; });
    response.on('end', () => resolve({ body: JSON.parse(text), cookie: String(response.headers['set-cookie']).split(';')[0] })); });
  sent.on('error', reject); sent.end(body && JSON.stringify(body)); });
ask('POST', '/api/v1/session', { name: 'admin', password })
  .then(({ cookie }) => ask('GET', '/api/v1/events?kind=finding&limit=100', undefined, { cookie }))
  .then(({ body }) => console.log(JSON.stringify(body)), (error) => { console.error(error); process.exit(1); });
`;
  let found: readonly Readonly<Record<string, unknown>>[] = [];
  const some = await until(async () => {
    const words = ['-n', SHOP, 'exec', 'client', '--', '/usr/local/bin/node', '-e', script];
    const text = await kubectl(target, [...words, `${RELEASE}-api.${NAMESPACE}.svc`, password]);
    found = (JSON.parse(text) as { readonly items?: typeof found }).items ?? [];
    return found.length > 0;
  });
  const texts = found.map((event) => JSON.stringify(event));
  // The store gives each of them these two: what an agent sent twice would differ in nothing else.
  const sent = found.map(({ id: _id, receivedAt: _receivedAt, ...event }) => JSON.stringify(event));
  return {
    seen: `${found.length} findings`,
    checks: {
      'it knows of none': some,
      'one is there twice': new Set(sent).size === sent.length,
      'one shows the card': !texts.some((text) => text.includes(CARD)),
    },
    evidence: { found: found.slice(0, 3) },
  };
}
