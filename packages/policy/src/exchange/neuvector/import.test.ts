import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeDocuments } from '../../write-documents.ts';
import { importNeuvector } from './import.ts';

const SECURITY = `apiVersion: v1
kind: List
items:
- apiVersion: neuvector.com/v1
  kind: NvSecurityRule
  metadata: { name: nv.api.shop, namespace: shop }
  spec:
    target:
      policymode: Protect
      selector:
        name: nv.api.shop
        criteria: [{ key: service, op: "=", value: api.shop }, { key: domain, op: "=", value: shop }]
    ingress:
    - { action: allow, name: web, ports: "tcp/8080,tcp/9000-9100", applications: [HTTP, SSL], selector: { name: nv.web.shop, criteria: [{ key: app, op: "=", value: web }, { key: domain, op: prefix, value: sh }] } }
    - { action: allow, name: probes, ports: any, applications: [any], selector: { name: nodes, criteria: [] } }
    - { action: deny, name: odd, ports: "sctp/9", applications: [any], selector: { name: nv.web.shop, criteria: [] } }
    egress:
    - { action: allow, name: out, ports: tcp/443, applications: [SSL, Telepathy], selector: { name: partner, criteria: [{ key: address, op: "=", value: 192.0.2.0/24 }, { key: address, op: "=", value: vh:api.partner.example }] } }
    - { action: allow, name: world, ports: any, applications: [Gopher], selector: { name: external } }
    process:
    - { action: allow, name: node, path: /usr/bin/node }
    - { action: deny, name: sshd, path: "" }
    file:
    - { behavior: block_access, filter: /etc/passwd, recursive: false, app: [useradd] }
    - { behavior: monitor_change, filter: /etc/hosts, recursive: false }
    dlp: { status: true, settings: [{ name: sensor.cards, action: deny }, { name: elsewhere, action: allow }] }
    waf: { status: true, settings: [{ name: x, action: deny }] }
- apiVersion: neuvector.com/v1
  kind: NvDlpSecurityRule
  metadata: { name: sensor.cards }
  spec:
    sensor:
      name: sensor.cards
      comment: Cards
      rules:
      - { name: Visa Card, patterns: [{ key: pattern, op: regex, value: "4[0-9]{15}", context: body }] }
      - { name: not, patterns: [{ key: pattern, op: "!regex", value: x, context: packet }] }
- apiVersion: neuvector.com/v1
  kind: NvAdmissionControlSecurityRule
  metadata: { name: local }
  spec:
    config: { enable: true, mode: protect }
    rules:
    - { action: deny, criteria: [{ name: runAsPrivileged, op: "=", value: "true" }] }
    - { action: deny, comment: use ours, criteria: [{ name: imageRegistry, op: notContainsAny, value: "https://registry.example" }] }
    - { action: deny, criteria: [{ name: cveScoreCount, op: ">=", value: "7" }] }
    - { action: allow, criteria: [{ name: namespace, op: containsAny, value: kube-system }] }
- { apiVersion: neuvector.com/v1, kind: NvWafSecurityRule, metadata: { name: waf } }
`;

function imported(text: string) {
  const outcome = importNeuvector([{ file: 'nv.yaml', text }]);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome;
}

function specOf(documents: readonly object[], kind: string, name: string): unknown {
  return (documents as readonly { kind: string; metadata: { name: string }; spec: unknown }[]).find(
    (one) => one.kind === kind && one.metadata.name === name,
  )?.spec;
}

describe('importNeuvector', () => {
  const { documents, notes } = imported(SECURITY);

  it('makes groups of selectors, and rules of rules', () => {
    expect(specOf(documents, 'WorkloadGroup', 'api-shop')).toEqual({
      selector: { namespaces: ['shop'], names: ['api', 'api-*'] },
      mode: 'protect',
      sensors: ['sensor-cards'],
    });
    expect(specOf(documents, 'WorkloadGroup', 'web-shop')).toEqual({
      selector: { namespaces: ['sh*'], labels: { matchLabels: { app: 'web' }, matchExpressions: [] } },
      mode: 'discover',
      sensors: [],
    });
    expect(specOf(documents, 'NetworkRuleSet', 'api-shop')).toEqual({
      groups: ['api-shop'],
      ingress: [
        {
          name: 'web',
          action: 'allow',
          peers: ['web-shop'],
          ports: ['8080/tcp', '9000-9100/tcp'],
          applications: ['http', 'tls'],
        },
        { name: 'probes', action: 'allow', peers: ['@node'] },
      ],
      egress: [
        {
          name: 'out',
          action: 'allow',
          peers: ['192.0.2.0/24', 'api.partner.example'],
          ports: ['443/tcp'],
          applications: ['tls'],
        },
      ],
    });
  });

  it('carries over that only programs of the image run, and says where a list of programs refuses nothing', () => {
    const rule = (name: string, spec: object) => ({
      apiVersion: 'neuvector.com/v1',
      kind: 'NvSecurityRule',
      metadata: { name, namespace: 'shop' },
      spec: {
        target: { policymode: 'Protect', selector: { name, criteria: [{ key: 'domain', op: '=', value: 'shop' }] } },
        ...spec,
      },
    });
    const node = { action: 'allow', name: 'node', path: '/usr/bin/node' };
    const read = imported(
      [
        rule('nv.fixed.shop', { process_profile: { baseline: 'zero-drift' }, process: [node] }),
        rule('nv.free.shop', { process_profile: { baseline: 'basic' }, process: [node] }),
      ]
        .map((one) => JSON.stringify(one))
        .join('\n---\n'),
    );

    expect(specOf(read.documents, 'ProcessPolicy', 'fixed-shop')).toMatchObject({ onlyFromImage: true });
    expect(specOf(read.documents, 'ProcessPolicy', 'free-shop')).not.toHaveProperty('onlyFromImage');
    const said = read.notes.filter((note) => JSON.stringify(note).includes('programs that its process rules'));
    expect(JSON.stringify(said)).toContain('free');
    expect(said).toHaveLength(1);
  });

  it('carries over processes, files, sensors and admission as far as they can be said', () => {
    expect(specOf(documents, 'ProcessPolicy', 'api-shop')).toMatchObject({
      rules: [
        { action: 'allow', executables: ['/usr/bin/node'] },
        { action: 'deny', executables: ['*/sshd'] },
      ],
    });
    expect(specOf(documents, 'FilePolicy', 'api-shop')).toMatchObject({
      rules: [
        { action: 'allow', paths: ['/etc/passwd'], executables: ['*/useradd'] },
        { action: 'deny', paths: ['/etc/passwd'] },
      ],
    });
    expect(specOf(documents, 'DataSensor', 'sensor-cards')).toMatchObject({
      action: 'block',
      patterns: [{ id: 'visa-card', pattern: '4[0-9]{15}' }],
    });
    expect(specOf(documents, 'AdmissionPolicy', 'local')).toEqual({
      mode: 'protect',
      rules: [
        { name: 'rule-1', misconfigurations: ['kubernetes-privileged'] },
        { name: 'rule-2', fix: 'use ours', images: { allow: ['registry.example/*'] } },
      ],
    });
  });

  it('notes everything that is lost or is said otherwise', () => {
    for (const lost of [
      'ingress rule odd: is not carried over: its ports "sctp/9" are not understood',
      'applications that are not recognised: Telepathy',
      'egress rule world: is not carried over: no application of it is recognised',
      'becomes anybody, which is wider',
      'file rule /etc/hosts: behaviour monitor_change is not carried over',
      'sensor "elsewhere" is in none of the files',
      'its WAF sensors are not carried over',
      'Visa Card: is looked for everywhere, not in the body alone',
      'the condition !regex is not carried over',
      'rule 3: is not carried over: denies cveScoreCount >= 7',
      'rule 4: has the action allow',
      'nv.yaml, document 1: a NvWafSecurityRule is not carried over',
    ]) {
      expect(notes.join('\n')).toContain(lost);
    }
  });

  it('writes documents that can be read again', () => {
    expect(writeDocuments(documents).match(/^kind: /gm)).toHaveLength(documents.length);
  });

  it('never throws, whatever a resource holds', () => {
    const text = fc.json().map((json) => json.slice(0, 300));
    const value = fc.oneof(text, fc.constantFrom('=', 'any', 'tcp/80', 'nodes', 'external', 'Protect', ''));
    const criteria = fc.array(fc.record({ key: value, op: value, value }), { maxLength: 3 });
    const rule = fc.record({
      action: fc.constantFrom('allow', 'deny'),
      name: value,
      ports: value,
      selector: fc.record({ name: value, criteria }),
    });
    const resource = fc.record({
      kind: fc.constant('NvSecurityRule'),
      metadata: fc.record({ name: value }),
      spec: fc.record({
        target: fc.record({ policymode: value, selector: fc.record({ name: value, criteria }) }),
        ingress: fc.array(rule, { maxLength: 3 }),
      }),
    });
    fc.assert(
      fc.property(fc.oneof(resource, fc.object(), fc.anything()), (one) => {
        const outcome = importNeuvector([{ file: 'x', text: JSON.stringify(one) ?? '' }]);
        expect(typeof outcome.ok).toBe('boolean');
      }),
      { numRuns: 60 },
    );
  });
});
