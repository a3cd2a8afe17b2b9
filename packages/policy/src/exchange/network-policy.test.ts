import type { DocumentKind, Sensor } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { requirePolicy } from '../policy.ts';
import { exportNetworkPolicies } from './network-policy.ts';

const NO_SENSORS: DocumentKind<Sensor> = { kind: 'DataSensor', parse: () => ({ ok: false, problems: [] }) };

function exported(rules: object, mode = 'protect', selector: object = {}) {
  const document = (kind: string, name: string, spec: object): string =>
    JSON.stringify({ apiVersion: 'bulkhead.io/v1alpha1', kind, metadata: { name }, spec });
  const by = (app: string) => ({ namespaces: ['shop'], labels: { matchLabels: { app } }, ...selector });
  const text = [
    document('WorkloadGroup', 'api', { selector: by('api'), mode }),
    document('WorkloadGroup', 'web', { selector: by('web'), mode: 'monitor' }),
    document('NetworkRuleSet', 'rules', { groups: ['api'], allowCuttingDns: true, allowCuttingProbes: true, ...rules }),
  ].join('\n---\n');
  const policy = requirePolicy([{ file: 'p', text }], { kind: NO_SENSORS, provided: [] });
  return exportNetworkPolicies(policy);
}

describe('exportNetworkPolicies', () => {
  it('says groups, prefixes and ports as Kubernetes does', () => {
    const ingress = [{ name: 'web', action: 'allow', peers: ['web', '10.0.0.1'], ports: [80, '8000-8100/udp', 'tcp'] }];
    const namespaces = { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['shop'] };

    expect(exported({ ingress, egress: [] })).toEqual({
      notes: [],
      documents: [
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'rules-api', namespace: 'shop' },
          spec: {
            podSelector: { matchLabels: { app: 'api' } },
            policyTypes: ['Ingress', 'Egress'],
            ingress: [
              {
                from: [
                  {
                    namespaceSelector: { matchExpressions: [namespaces] },
                    podSelector: { matchLabels: { app: 'web' } },
                  },
                  { ipBlock: { cidr: '10.0.0.1/32' } },
                ],
                ports: [
                  { protocol: 'TCP', port: 80 },
                  { protocol: 'UDP', port: 8000, endPort: 8100 },
                  { protocol: 'TCP' },
                ],
              },
            ],
            egress: [],
          },
        },
      ],
    });
  });

  it('never widens a rule to anybody or anything for what it cannot say, and notes it', () => {
    const egress = [
      { name: 'deny', action: 'deny', peers: ['web'] },
      { name: 'name', action: 'allow', peers: ['shop.example'], ports: [443] },
      { name: 'ping', action: 'allow', ports: ['icmp'] },
      { name: 'http', action: 'allow', peers: ['web'], applications: ['http'] },
    ];
    const { documents, notes } = exported({ egress });

    const [{ spec }] = documents as [{ spec: { egress: readonly object[] } }];
    expect(spec.egress).toHaveLength(1);
    expect(notes.map((note) => note.replace(/^.* rule /, ''))).toEqual([
      'deny: denies, which a NetworkPolicy cannot: not exported; what later rules allow is wider without it',
      'name: names shop.example, which a NetworkPolicy cannot',
      'ping: says nothing of ICMP',
      'http: allows whatever is spoken, not only http',
    ]);
  });

  it('exports nothing of a group that is only tried, or selects as Kubernetes cannot', () => {
    expect(exported({ ingress: [] }, 'monitor').documents).toEqual([]);
    expect(exported({ ingress: [] }, 'protect', { names: ['x*'] }).documents).toEqual([]);
    expect(exported({ ingress: [] }, 'protect', { namespaces: ['shop*'] }).notes).toHaveLength(1);
  });
});
