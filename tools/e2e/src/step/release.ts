import { isDeepStrictEqual } from 'node:util';
import type { Conclusion } from '@bulkhead/lab';
import { helm } from '../helm.ts';
import type { Identity } from '../identity.ts';
import { ALERT_SECRET, alertSecret } from '../receiver.ts';
import { NAMESPACE, RELEASE } from '../release.ts';
import { CARD_ORDER, post } from '../shop.ts';
import { apply, kubectl, type Target } from '../target.ts';
import { READY_MS, until } from '../until.ts';
import { orTellPods } from './pods.ts';

export async function install(target: Target, identity: Identity): Promise<Conclusion> {
  await kubectl(target, ['create', 'namespace', NAMESPACE]);
  await kubectl(target, ['label', 'namespace', NAMESPACE, 'kube-system', 'bulkhead.io/admission=ignore']);
  await apply(target, [alertSecret(identity)]);
  const options = ['--namespace', NAMESPACE, '--wait', '--timeout', `${READY_MS / 1000}s`];
  await orTellPods(target, () => helm(target, ['install', RELEASE, ...options]));
  return ready(target);
}

export async function upgrade(target: Target): Promise<Conclusion> {
  const more = ['--set', 'webhook.replicas=1', '--wait', '--timeout', `${READY_MS / 1000}s`];
  await orTellPods(target, () => helm(target, ['upgrade', RELEASE, '--namespace', NAMESPACE, ...more]));
  const blocked = await until(async () => (await post(target, 'http', CARD_ORDER)) === 'ECONNRESET');
  const { seen, checks, evidence } = await ready(target);
  return { seen, checks: { ...checks, 'a card passed after it': blocked }, evidence };
}

/** What stays when the chart goes, as its README says: so that what is installed again goes on where it was. */
const KEPT = [
  'lease.coordination.k8s.io/bulkhead-api',
  'lease.coordination.k8s.io/bulkhead-webhook',
  'secret/bulkhead-authority',
  'secret/bulkhead-enrolment',
  'secret/bulkhead-webhook-api',
  'secret/bulkhead-webhook-tls',
];

export async function uninstall(target: Target): Promise<Conclusion> {
  await helm(target, ['uninstall', RELEASE, '--namespace', NAMESPACE, '--wait', '--timeout', `${READY_MS / 1000}s`]);
  // Ours: the chart was only told of it.
  await kubectl(target, ['-n', NAMESPACE, 'delete', 'secret', ALERT_SECRET]);
  const passes = await until(async () => (await post(target, 'http', CARD_ORDER)) === '200');
  const ours = ['-l', 'app.kubernetes.io/part-of=bulkhead'];
  const kinds = 'pods,services,deployments,statefulsets,daemonsets,configmaps,roles,rolebindings,serviceaccounts';
  const gone = await until(async () => (await namesOf(target, ['-n', NAMESPACE, kinds, ...ours])).length === 0);
  const wide = await namesOf(target, ['clusterroles,clusterrolebindings,validatingwebhookconfigurations', ...ours]);
  const noTokens = ['--field-selector', 'type!=kubernetes.io/service-account-token'];
  const kept = [
    ...(await namesOf(target, ['-n', NAMESPACE, 'leases'])),
    ...(await namesOf(target, ['-n', NAMESPACE, 'secrets', ...noTokens])),
  ];
  const definitions = await namesOf(target, ['customresourcedefinitions']);
  return {
    seen: `left are ${definitions.length} definitions, ${kept.join(', ')}`,
    checks: {
      'traffic is still interrupted': passes,
      'something is left in the namespace': gone,
      'something is left in the cluster': wide.length === 0,
      'other Secrets and Leases are left than its README names': isDeepStrictEqual(kept.toSorted(), KEPT),
      'the definitions are gone, and policies with them': definitions.some((one) =>
        one.includes('datasensors.bulkhead'),
      ),
    },
    evidence: { wide, definitions, kept },
  };
}

async function ready(target: Target): Promise<Conclusion> {
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

async function namesOf(target: Target, what: readonly string[]): Promise<readonly string[]> {
  return (await kubectl(target, ['get', ...what, '-o', 'name'])).split('\n').filter((name) => name !== '');
}
