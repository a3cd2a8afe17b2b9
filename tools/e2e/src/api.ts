import { NAMESPACE, RELEASE } from './release.ts';
import { exec, kubectl, type Target } from './target.ts';

/** Asks with a session, and prints status and body. Arguments: host, password, method, path, body. */
const ASK = `
const https = require('node:https'), [host, password, method, path, sent] = process.argv.slice(1);
const ask = (method, path, body, headers = {}) => new Promise((resolve, reject) => {
  const request = https.request({ host, port: 443, method, path, rejectUnauthorized: false,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) } }, (response) => {
    let text = ''; response.on('data', (more) => { text += more; });
    response.on('end', () => resolve({ status: response.statusCode, text, cookie: String(response.headers['set-cookie']).split(';')[0] })); });
  request.on('error', reject); request.end(body); });
ask('POST', '/api/v1/session', JSON.stringify({ name: 'admin', password }))
  .then(({ text, cookie }) => ask(method, path, sent, { cookie, 'x-csrf-token': JSON.parse(text).csrfToken }))
  .then(({ status, text }) => console.log(JSON.stringify({ status, body: JSON.parse(text || 'null') })),
    (error) => { console.error(error); process.exit(1); });
`;

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the control plane as its first account, from a pod with Node. */
export async function askApi(
  target: Target,
  pod: Parameters<typeof exec>[1],
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  const log = await kubectl(target, ['-n', NAMESPACE, 'logs', '-l', 'app.kubernetes.io/component=api', '--tail=-1']);
  const password = /"password":"([^"]+)"/.exec(log)?.[1] ?? '';
  const words = [`${RELEASE}-api.${NAMESPACE}.svc`, password, method, path];
  const text = await exec(target, pod, ASK, body === undefined ? words : [...words, JSON.stringify(body)]);
  return JSON.parse(text) as ApiAnswer;
}
