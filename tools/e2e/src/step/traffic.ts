import type { Conclusion } from '@bulkhead/lab';
import type { Identity } from '../identity.ts';
import { NAMESPACE, RELEASE } from '../release.ts';
import { CARD, CARD_ORDER, CARD_RULE, post, SHOP, shopLog, shopManifests } from '../shop.ts';
import { apply, kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

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
  // A number that every payment service documents for tests is stopped like others, and no incident by itself.
  {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'ResponseRule',
    metadata: { name: CARD_RULE },
    spec: { groups: ['shop'], when: { events: ['session-blocked'] }, actions: ['alert'] },
  },
];

export async function unprotected(target: Target, identity: Identity): Promise<Conclusion> {
  await kubectl(target, ['create', 'namespace', SHOP]);
  await apply(target, shopManifests(target, identity));
  await kubectl(target, ['-n', SHOP, 'wait', '--for=condition=Ready', 'pod/shop', 'pod/client', '--timeout=90s']);
  const passed = await until(async () => (await post(target, 'http', CARD_ORDER)) === '200');
  const log = await shopLog(target);
  return {
    seen: passed ? 'status 200' : 'no answer',
    checks: { 'the client got no answer': passed, 'the order did not arrive': log.includes(CARD) },
    evidence: { log },
  };
}

export async function applyPolicy(target: Target): Promise<Conclusion> {
  await apply(target, POLICY);
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

export async function cardOrder(target: Target): Promise<Conclusion> {
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

export async function encryptedOrder(target: Target): Promise<Conclusion> {
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

export async function restartAgent(target: Target): Promise<Conclusion> {
  await kubectl(target, ['-n', NAMESPACE, 'rollout', 'restart', `daemonset/${RELEASE}-agent`]);
  await kubectl(target, ['-n', NAMESPACE, 'rollout', 'status', `daemonset/${RELEASE}-agent`, '--timeout=120s']);
  const blocked = await until(async () => (await post(target, 'http', CARD_ORDER)) === 'ECONNRESET');
  return {
    seen: blocked ? 'blocked by the new one' : 'the card passes',
    checks: { 'the card passes': blocked },
    evidence: {},
  };
}
