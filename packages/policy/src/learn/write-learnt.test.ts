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

  it('has no line end where only some readers of YAML see one', () => {
    const hostile = 'a\u2028kind: Other\u2029b: c\u0085d: e';
    const spec = { groups: [hostile], ingress: [{ name: hostile }], selector: { labels: { app: hostile } } };
    const { document } = learnt();
    const text = writeLearnt([
      learnt({
        document: { ...document, spec },
        head: [hostile],
        comments: [{ path: ['spec', 'ingress', 0], text: hostile }],
      }),
    ]);
    const outside = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '');
    expect(outside).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(outside.match(/# a\uFFFDkind: Other\uFFFDb: c\uFFFDd: e/g)).toHaveLength(2);
    expect(parseAllDocuments(text).map((one) => one.toJS() as unknown)).toEqual([{ ...document, spec }]);
  });

  it('shows characters that turn lines around or are not seen, and reads as the same', () => {
    const hostile = '/bin/\u202Ehs\u2066 \u200B\u2028\uFEFF\u{E0041}\u0085é';
    const { document } = learnt();
    const spec = { groups: [hostile], ingress: [{ name: hostile }], selector: { labels: { [hostile]: hostile } } };
    const text = writeLearnt([learnt({ document: { ...document, spec }, head: [hostile], comments: [] })]);
    expect(text).toContain('"/bin/\\u202Ehs\\u2066 \\u200B\\u2028\\uFEFF\\U000E0041\\u0085é"');
    expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(parseAllDocuments(text).map((one) => one.toJS() as unknown)).toEqual([{ ...document, spec }]);
  });
});
