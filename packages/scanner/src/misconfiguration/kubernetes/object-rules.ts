import { at, isSecretName, type KubernetesObject, type Value } from '@bulkhead/pod-rules';
import type { CheckedRule, Problem } from '../rule.ts';

const DOCS = 'https://kubernetes.io/docs/';

/** Rules about secrets, configuration, services, ingresses and network policies. */
export const OBJECT_RULES: readonly CheckedRule<KubernetesObject>[] = [
  {
    id: 'kubernetes-secret-in-manifest',
    severity: 'medium',
    title: 'A Secret with its data',
    why: 'Base64 hides nothing: whoever reads the repository reads the secret.',
    fix: 'Keep the manifest encrypted (SOPS, Sealed Secrets) or take the data from a vault',
    references: [`${DOCS}concepts/security/secrets-good-practices/`],
    *check({ kind, apiVersion, root, subject }) {
      if (kind !== 'Secret' || apiVersion !== 'v1' || root.get('sops').exists) return;
      const keys = [...root.get('data').keys(), ...root.get('stringData').keys()];
      if (keys.length > 0) yield { message: `holds ${keys.slice(0, 5).join(', ')}`, line: root.line, subject };
    },
  },
  {
    id: 'kubernetes-secret-in-config-map',
    severity: 'high',
    title: 'A secret in a ConfigMap',
    why: 'ConfigMaps are neither encrypted nor kept from readers of the namespace.',
    fix: 'Move the value to a Secret',
    references: [`${DOCS}concepts/configuration/configmap/`],
    check: ({ kind, root, subject }) =>
      kind === 'ConfigMap'
        ? root
            .get('data')
            .keys()
            .filter((key) => isSecretName(key))
            .map((key) => ({ key, value: root.get('data').get(key) }))
            .filter(({ value }) => (value.scalar ?? '') !== '')
            .map(({ key, value }) => ({ message: `data.${key}`, line: value.line, subject }))
        : [],
  },
  {
    id: 'kubernetes-external-ips',
    severity: 'high',
    title: 'A service with external addresses',
    why: 'It takes over traffic of the cluster to these addresses, whoever they belong to (CVE-2020-8554).',
    fix: 'Remove externalIPs; use a load balancer',
    references: ['https://github.com/kubernetes/kubernetes/issues/97076'],
    *check({ kind, root, subject }) {
      const addresses = at(root, ['spec', 'externalIPs']);
      if (kind === 'Service' && addresses.items().length > 0) {
        yield { message: 'externalIPs', line: addresses.line, subject };
      }
    },
  },
  {
    id: 'kubernetes-open-load-balancer',
    severity: 'low',
    title: 'A load balancer for the whole internet',
    why: 'The service is open to everybody unless the provider says otherwise.',
    fix: 'Set loadBalancerSourceRanges, or make the load balancer internal',
    references: [`${DOCS}concepts/services-networking/service/#loadbalancer`],
    *check({ kind, root, subject }) {
      const type = at(root, ['spec', 'type']);
      if (kind !== 'Service' || type.scalar !== 'LoadBalancer') return;
      const internal = at(root, ['metadata', 'annotations'])
        .keys()
        .some((key) => key.includes('internal'));
      if (!internal && !at(root, ['spec', 'loadBalancerSourceRanges']).exists) {
        yield { message: 'no loadBalancerSourceRanges', line: type.line, subject };
      }
    },
  },
  {
    id: 'kubernetes-ingress-without-tls',
    severity: 'medium',
    title: 'An ingress without TLS',
    why: 'Sessions and passwords travel readable.',
    fix: 'Add spec.tls with a certificate',
    references: [`${DOCS}concepts/services-networking/ingress/#tls`],
    *check({ kind, root, subject }) {
      const tls = at(root, ['spec', 'tls']);
      if (kind === 'Ingress' && tls.items().length === 0) yield { message: 'no spec.tls', line: tls.line, subject };
    },
  },
  {
    id: 'kubernetes-network-policy-open',
    severity: 'medium',
    title: 'A network policy that lets everybody in or out',
    why: 'It looks like protection and is none: a rule without peers allows everything.',
    fix: 'Name peers in from and to',
    references: [`${DOCS}concepts/services-networking/network-policies/`],
    check: ({ kind, root, subject }) =>
      kind === 'NetworkPolicy'
        ? [...openRules(root, 'ingress', 'from', subject), ...openRules(root, 'egress', 'to', subject)]
        : [],
  },
];

function openRules(root: Value, direction: string, peers: string, subject: string): readonly Problem[] {
  return at(root, ['spec', direction])
    .items()
    .filter((rule) => {
      const listed = rule.get(peers).items();
      return listed.length === 0 || listed.some((peer) => isEverybody(at(peer, ['ipBlock', 'cidr'])));
    })
    .map(({ line }) => ({ message: `${direction} ${peers} everybody`, line, subject }));
}

function isEverybody({ scalar }: Value): boolean {
  return scalar === '0.0.0.0/0' || scalar === '::/0';
}
