import { setTimeout as sleep } from 'node:timers/promises';
import { type Checks, runStep, type StepResult } from '@bulkhead/lab';
import { helm } from './helm.ts';
import { POST, shopManifests } from './shop.ts';
import { kubectl, runFor, type Target } from './target.ts';

export const RELEASE = 'bulkhead';
const NAMESPACE = 'bulkhead';
const SHOP = 'shop';
/** A number every payment service documents for tests: valid by all rules, and nobody's money. */
const CARD = '4111111111111111';
const CARD_ORDER = JSON.stringify({ item: 'book', cardNumber: CARD });
const READY_MS = 180_000;

const POLICY = [
  {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'DataSensor',
    metadata: { name: 'no-cards' },
    spec: { detectors: ['payment-card'], action: 'block' },
  },
  {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'WorkloadGroup',
    metadata: { name: 'shop' },
    spec: { selector: { namespaces: [SHOP] }, mode: 'protect', sensors: ['no-cards'] },
  },
];
const ADMISSION = {
  apiVersion: 'bulkhead.io/v1alpha1',
  kind: 'AdmissionPolicy',
  metadata: { name: 'baseline' },
  spec: { mode: 'protect', selector: { namespaces: [SHOP] }, rules: [{ name: 'baseline', podSecurity: 'baseline' }] },
};

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Everything that must hold in a cluster, in order. Each step builds on those before it. */
export function scenario(target: Target, identity: Certificate): readonly (() => Promise<StepResult>)[] {
  return [
    () => runStep('helm install', 'every pod is ready', () => install(target)),
    () => runStep('two pods without a policy', 'exchange what they like', () => unprotected(target, identity)),
    () => runStep('kubectl apply of a sensor and a group', 'accepted, enforced on the node', () => apply(target)),
    () => runStep('an order with a card, HTTP', 'blocked, never arrives', () => cardOrder(target)),
    () => runStep('the same order, TLS', 'arrives', () => encryptedOrder(target)),
    () => runStep('a privileged pod', 'denied, and told why', () => privileged(target)),
    () => runStep('the agent starts again', 'the card stays blocked', () => restartAgent(target)),
    () => runStep('what the control plane knows', 'findings, each once', () => events(target)),
    () => runStep('helm upgrade', 'every pod is ready again', () => upgrade(target)),
    () => runStep('helm uninstall', 'nothing is left but definitions', () => uninstall(target)),
  ];
}

interface Seen {
  readonly seen: string;
  readonly checks: Checks;
  readonly evidence: Readonly<Record<string, unknown>>;
}

async function install(target: Target): Promise<Seen> {
  await kubectl(target, ['create', 'namespace', NAMESPACE]);
  await kubectl(target, ['label', 'namespace', NAMESPACE, 'kube-system', 'bulkhead.io/admission=ignore']);
  await helm(target, ['install', RELEASE, '--namespace', NAMESPACE, '--wait', '--timeout', `${READY_MS / 1000}s`]);
  return ready(target);
}

async function upgrade(target: Target): Promise<Seen> {
  const more = ['--set', 'webhook.replicas=1', '--wait', '--timeout', `${READY_MS / 1000}s`];
  await helm(target, ['upgrade', RELEASE, '--namespace', NAMESPACE, ...more]);
  const blocked = await until(async () => (await post(target, 'http', CARD_ORDER)) === 'ECONNRESET');
  const { seen, checks, evidence } = await ready(target);
  return { seen, checks: { ...checks, 'a card passed after it': blocked }, evidence };
}

async function ready(target: Target): Promise<Seen> {
  let [pods, good, all] = ['', 0, 0];
  // Helm does not wait for a DaemonSet of one.
  const isReady = await until(async () => {
    pods = await kubectl(target, ['-n', NAMESPACE, 'get', 'pods', '-o', 'wide']);
    const rows = pods.trim().split('\n').slice(1);
    [all, good] = [rows.length, rows.filter((row) => /\s1\/1\s+Running/.test(row)).length];
    return all > 0 && good === all;
  });
  return { seen: `${good} of ${all} pods are ready`, checks: { 'a pod is not ready': isReady }, evidence: { pods } };
}

async function unprotected(target: Target, { key, certificate }: Certificate): Promise<Seen> {
  await kubectl(target, ['create', 'namespace', SHOP]);
  const manifests = shopManifests(target, { namespace: SHOP, key, certificate });
  await applyAll(target, manifests);
  await kubectl(target, ['-n', SHOP, 'wait', '--for=condition=Ready', 'pod/shop', 'pod/client', '--timeout=90s']);
  const passed = await until(async () => (await post(target, 'http', CARD_ORDER)) === '200');
  const log = await shopLog(target);
  return {
    seen: passed ? 'status 200' : 'no answer',
    checks: { 'the client got no answer': passed, 'the order did not arrive': log.includes(CARD) },
    evidence: { log },
  };
}

async function apply(target: Target): Promise<Seen> {
  await applyAll(target, POLICY);
  const started = performance.now();
  const blocked = await until(async () => (await post(target, 'http', CARD_ORDER)) === 'ECONNRESET');
  const ms = Math.round(performance.now() - started);
  let status = '';
  const told = await until(async () => {
    status = await kubectl(target, ['get', 'workloadgroup', 'shop', '-o', 'jsonpath={.status.conditions}']);
    return /"status":"True","type":"Enforced"/.test(status);
  });
  return {
    seen: blocked ? `in force within ${ms} ms` : 'the card passes',
    checks: { 'the card passes': blocked, 'the status does not say so': told },
    evidence: { status, ms },
  };
}

async function cardOrder(target: Target): Promise<Seen> {
  const before = (await shopLog(target)).length;
  const answer = await post(target, 'http', CARD_ORDER);
  const plain = await post(target, 'http', '{"item":"book"}');
  const log = (await shopLog(target)).slice(before);
  return {
    seen: `${answer}; without a card ${plain}`,
    checks: {
      'the client was not reset': answer === 'ECONNRESET',
      'the card arrived': !log.includes(CARD),
      'an order without a card did not arrive': plain === '200' && log.includes('book'),
    },
    evidence: { answer, plain, log },
  };
}

async function encryptedOrder(target: Target): Promise<Seen> {
  const before = (await shopLog(target)).length;
  const answer = await post(target, 'https', CARD_ORDER);
  const log = (await shopLog(target)).slice(before);
  return {
    seen: `status ${answer}`,
    checks: {
      'the client got no answer': answer === '200',
      'the order did not arrive': log.includes(`tls ${CARD_ORDER}`),
    },
    evidence: { answer, log },
  };
}

async function privileged(target: Target): Promise<Seen> {
  await applyAll(target, [ADMISSION]);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'breakout', namespace: SHOP },
    spec: { containers: [{ name: 'app', image: 'example/app:1', securityContext: { privileged: true } }] },
  };
  let answer = '';
  const denied = await until(async () => {
    const { code, stdout, stderr } = await runFor(
      target,
      [target.kubectl, 'create', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod),
    );
    answer = (stdout + stderr).trim();
    return code !== 0;
  });
  return {
    seen: denied ? 'denied' : 'let in',
    checks: {
      'it was let in': denied,
      'the answer does not name the rule': answer.includes('baseline/baseline'),
      'the answer does not say what to do': /privileged/.test(answer),
    },
    evidence: { answer },
  };
}

async function restartAgent(target: Target): Promise<Seen> {
  await kubectl(target, ['-n', NAMESPACE, 'rollout', 'restart', `daemonset/${RELEASE}-agent`]);
  await kubectl(target, ['-n', NAMESPACE, 'rollout', 'status', `daemonset/${RELEASE}-agent`, '--timeout=120s']);
  const blocked = await until(async () => (await post(target, 'http', CARD_ORDER)) === 'ECONNRESET');
  return { seen: blocked ? 'still blocked' : 'the card passes', checks: { 'the card passes': blocked }, evidence: {} };
}

async function events(target: Target): Promise<Seen> {
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
  let found: readonly { readonly id?: string | number }[] = [];
  const some = await until(async () => {
    const words = ['-n', SHOP, 'exec', 'client', '--', '/usr/local/bin/node', '-e', script];
    const text = await kubectl(target, [...words, `${RELEASE}-api.${NAMESPACE}.svc`, password]);
    found = (JSON.parse(text) as { readonly items?: typeof found }).items ?? [];
    return found.length > 0;
  });
  const texts = found.map((event) => JSON.stringify(event));
  return {
    seen: `${found.length} findings`,
    checks: {
      'it knows of none': some,
      'one is there twice': new Set(texts).size === texts.length,
      'one shows the card': !texts.some((text) => text.includes(CARD)),
    },
    evidence: { found: found.slice(0, 3) },
  };
}

async function uninstall(target: Target): Promise<Seen> {
  await helm(target, ['uninstall', RELEASE, '--namespace', NAMESPACE, '--wait', '--timeout', `${READY_MS / 1000}s`]);
  const passes = await until(async () => (await post(target, 'http', CARD_ORDER)) === '200');
  const kinds = 'pods,services,deployments,statefulsets,daemonsets,configmaps,roles,rolebindings,serviceaccounts';
  const gone = await until(async () => {
    const left = await kubectl(target, [
      '-n',
      NAMESPACE,
      'get',
      kinds,
      '-l',
      'app.kubernetes.io/part-of=bulkhead',
      '-o',
      'name',
    ]);
    return left.trim() === '';
  });
  const cluster = 'clusterroles,clusterrolebindings,validatingwebhookconfigurations';
  const wide = await kubectl(target, ['get', cluster, '-l', 'app.kubernetes.io/part-of=bulkhead', '-o', 'name']);
  const definitions = await kubectl(target, ['get', 'customresourcedefinitions', '-o', 'name']);
  return {
    seen: gone ? 'definitions are left' : 'more than definitions is left',
    checks: {
      'traffic is still interrupted': passes,
      'something is left in the namespace': gone,
      'something is left in the cluster': wide.trim() === '',
      'the definitions are gone, and policies with them': definitions.includes('datasensors.bulkhead.io'),
    },
    evidence: { wide, definitions },
  };
}

/** Posts from the client to the shop, and gives the status, or the code of the error. */
async function post(target: Target, scheme: 'http' | 'https', body: string): Promise<string> {
  const url = `${scheme}://shop.${SHOP}.svc.cluster.local/orders`;
  const words = ['-n', SHOP, 'exec', 'client', '--', '/usr/local/bin/node', '-e', POST, url, body];
  return (await kubectl(target, words)).trim();
}

function shopLog(target: Target): Promise<string> {
  return kubectl(target, ['-n', SHOP, 'logs', 'shop']);
}

async function applyAll(target: Target, objects: readonly object[]): Promise<void> {
  await kubectl(target, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const over = performance.now() + READY_MS / 3;
  while (performance.now() < over) {
    if (await holds().catch(() => false)) return true;
    await sleep(500);
  }
  return false;
}
