import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { LearntDocument } from './learnt.ts';
import { writeLearnt } from './write-learnt.ts';

const RULE = { name: 'web-8080', action: 'allow', peers: ['web'], ports: [8080, '53/udp'], applications: ['http'] };

function learnt(more: Partial<LearntDocument> = {}): LearntDocument {
  const document = {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'NetworkRuleSet',
    metadata: { name: 'shop-learned' },
    spec: { groups: ['shop'], ingress: [RULE], egress: [] },
  };
  return {
    document,
    head: ['Learnt from 3 sessions.', 'Look.'],
    comments: [{ path: ['spec', 'ingress', 0], text: '3 sessions' }],
    ...more,
  };
}

describe('writeLearnt', () => {
  it('writes each rule as a line, with what speaks for it above', () => {
    expect(
      writeLearnt([learnt(), learnt({ head: [], comments: [] })]).split('---\n')[0],
    ).toBe(`# Learnt from 3 sessions.
# Look.

apiVersion: bulkhead.io/v1alpha1
kind: NetworkRuleSet
metadata:
  name: shop-learned
spec:
  groups: [ shop ]
  ingress:
    # 3 sessions
    - { name: web-8080, action: allow, peers: [ web ], ports: [ 8080, 53/udp ], applications: [ http ] }
  egress: []
`);
  });

  it('writes what reads as the same documents, whatever stands beside them', () => {
    const hostile = learnt({
      head: ['a\nkind: Other\r---\n# b'],
      comments: [{ path: ['spec', 'none', 7], text: 'nowhere' }],
    });
    const read = parseAllDocuments(writeLearnt([hostile, learnt()]));
    expect(Array.isArray(read) ? read.map((one) => one.toJS() as unknown) : []).toEqual([
      hostile.document,
      learnt().document,
    ]);
  });
});
