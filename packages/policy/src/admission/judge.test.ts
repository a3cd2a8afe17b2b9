import { objectOf, plainValue } from '@bulkhead/pod-rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdmissionDecision, judge } from './judge.ts';
import { parseAdmissionPolicy } from './kind.ts';
import type { AdmissionPolicy } from './policy.ts';

type Json = Readonly<Record<string, unknown>>;

const NOW = Date.parse('2026-11-26T12:00:00Z');
const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('judge', () => {
  it('answers for the pods of every owner, with the rule, the container, the place and the fix', () => {
    const template = { spec: { containers: [{ name: 'app', image: 'x', securityContext: { privileged: true } }] } };
    const job = { spec: { jobTemplate: { spec: { template } } }, kind: 'CronJob' };
    const decision = decide([policy([{ name: 'pods', podSecurity: 'baseline' }])], job);

    expect(decision).toMatchObject({
      verdict: 'deny',
      policies: ['p'],
      violations: [
        {
          policy: 'p',
          rule: 'pods',
          verdict: 'deny',
          subject: 'CronJob/a container app',
          message: 'privileged: true',
          misconfiguration: 'kubernetes-privileged',
          fix: expect.stringContaining('Remove privileged'),
        },
      ],
    });
  });

  it('says nothing of what makes no pods', () => {
    expect(decide([policy([{ name: 'a', podSecurity: 'baseline' }])], { kind: 'ConfigMap' })).toBeUndefined();
  });

  it.each([
    ['protect', 'deny', 'deny'],
    ['protect', 'warn', 'warn'],
    ['monitor', 'deny', 'warn'],
    ['monitor', 'warn', 'warn'],
  ])('in %s a rule that would %s says %s', (mode, verdict, expected) => {
    const rules = [{ name: 'a', verdict, podSecurity: 'baseline' }];

    expect(decide([policy(rules, { mode })], pod({ hostPID: true }))?.verdict).toBe(expected);
  });

  it('lets the strictest policy answer, in whatever order they are', () => {
    const loose = policy([{ name: 'a', podSecurity: 'baseline' }], { mode: 'monitor' }, 'loose');
    const strict = policy([{ name: 'a', podSecurity: 'baseline' }], {}, 'strict');
    const subject = pod({ hostPID: true });

    expect(decide([loose, strict], subject)).toEqual(decide([strict, loose], subject));
    expect(decide([loose, strict], subject)?.violations.map((one) => one.policy)).toEqual(['strict', 'loose']);
  });

  it.each([
    [{ kinds: ['Deployment'] }, false],
    [{ kinds: ['Pod'] }, true],
    [{ selector: { namespaces: ['shop-*'] } }, true],
    [{ selector: { namespaces: ['other'] } }, false],
    [{ selector: { names: ['web'] } }, true],
    [{ selector: { labels: { matchLabels: { app: 'web' } } } }, true],
    [{ selector: { labels: { matchLabels: { app: 'db' } } } }, false],
    [{ exclude: { namespaces: ['shop-*'] } }, false],
    [{ selector: { namespaces: ['*'] }, exclude: { names: ['web-7f'] } }, true],
  ])('is about %j of an owned pod in shop-a: %s', (spec, about) => {
    const subject = {
      ...pod({ hostPID: true }),
      metadata: {
        name: 'web-7f-x',
        namespace: 'shop-a',
        labels: { app: 'web' },
        ownerReferences: [{ kind: 'ReplicaSet', name: 'web' }],
      },
    };
    const decision = decide([policy([{ name: 'a', podSecurity: 'baseline' }], spec)], subject);

    expect(decision?.policies).toEqual(about ? ['p'] : []);
    expect(decision?.verdict).toBe(about ? 'deny' : 'allow');
  });

  it.each<readonly [Json, Json, readonly string[]]>([
    [{ images: { allow: ['registry.example.com/*'] } }, image('registry.example.com/a/b:1'), []],
    [{ images: { allow: ['registry.example.com/*'] } }, image('registry.example.com.evil.org/a'), ['is none of']],
    [{ images: { allow: ['registry.example.com/*'] } }, image('nginx'), ['is none of']],
    [{ images: { allow: ['docker.io/library/*'] } }, image('nginx'), []],
    [{ images: { deny: ['docker.io/*'] } }, image('index.docker.io/nginx'), ['is denied']],
    [{ images: { deny: ['docker.io/*'] } }, image('Docker.IO:443/library/nginx'), ['is denied']],
    [{ images: { deny: ['docker.io/*'] } }, image('UPPER/case'), ['is no reference']],
    [{ images: { deny: ['docker.io/*'] } }, pod({ containers: [{ name: 'a' }] }), ['names no image']],
    [{ images: { digest: 'required' } }, image(`nginx:1@${DIGEST}`), []],
    [{ images: { digest: 'required' } }, image('nginx:1'), ['not pinned']],
    [{ images: { digest: 'required' } }, image('nginx@sha256:abc'), ['is no reference']],
    [{ images: { denyTags: ['latest', 'dev-*'] } }, image('nginx'), ['tag latest']],
    [{ images: { denyTags: ['latest', 'dev-*'] } }, image('nginx:dev-3'), ['tag dev-3']],
    [{ images: { denyTags: ['latest'] } }, image(`nginx:latest@${DIGEST}`), []],
    [{ capabilities: { allow: ['CHOWN'] } }, adds('CAP_CHOWN'), []],
    [{ capabilities: { allow: [] } }, adds('chown'), ['adds CHOWN']],
    [{ capabilities: { drop: ['NET_RAW'] } }, adds('CHOWN'), ['does not drop NET_RAW']],
    [{ capabilities: { drop: ['NET_RAW'] } }, drops('all'), []],
    [{ volumes: { allow: ['secret', 'emptyDir'] } }, volume({ hostPath: { path: '/' } }), ['of type hostPath']],
    [{ volumes: { allow: ['secret'] } }, volume({}), ['of type emptyDir']],
    [{ volumes: { deny: ['nfs'] } }, volume({ secret: {} }), []],
    [{ volumes: { hostPaths: ['/var/log'] } }, volume({ hostPath: { path: '/var/log/pods' } }), []],
    [{ volumes: { hostPaths: ['/var/log'] } }, volume({ hostPath: { path: '/var/logs' } }), ['shows /var/logs']],
    [{ volumes: { hostPaths: ['/var/log'] } }, volume({ hostPath: { path: '/var/log/../lib' } }), ['shows']],
    [
      { resources: { require: ['limits.memory'] } },
      needs({ requests: { memory: '1' } }),
      ['no resources.limits.memory'],
    ],
    [{ resources: { require: ['requests.cpu'] } }, needs({ limits: { cpu: 1 } }), []],
    [{ resources: { maximum: { 'limits.memory': '1Gi' } } }, needs({ limits: { memory: '1024Mi' } }), []],
    [{ resources: { maximum: { 'limits.memory': '1Gi' } } }, needs({ limits: { memory: '1.1Gi' } }), ['more than 1Gi']],
    [{ resources: { maximum: { 'limits.cpu': '500m' } } }, needs({ limits: { cpu: 0.6 } }), ['more than 500m']],
    [{ resources: { maximum: { 'limits.cpu': '500m' } } }, needs({ limits: { cpu: 'lots' } }), ['is no amount']],
    [{ resources: { maximum: { 'limits.cpu': '500m' } } }, needs({}), ['no limit']],
    [{ labels: { require: { team: '*' } } }, pod({}), ['no label team']],
    [{ labels: { require: { team: 'a-*' } } }, labelled({ team: 'b' }), ['team: b is not a-*']],
    [{ labels: { deny: { debug: 'true' } } }, labelled({ debug: 'true' }), ['debug: true is denied']],
    [{ annotations: { require: { contact: '*' } } }, pod({}), ['no annotation contact']],
    [{ serviceAccounts: { deny: ['default'] } }, pod({}), ['service account default']],
    [{ serviceAccounts: { allow: ['web'] } }, pod({ serviceAccountName: 'web' }), []],
    [{ serviceAccounts: { deny: ['admin'] } }, pod({ serviceAccount: 'admin' }), ['service account admin']],
    [{ misconfigurations: ['kubernetes-latest-tag'] }, image('nginx'), ['image nginx']],
  ])('%j of %j gives %j', (criterion, subject, messages) => {
    const decision = decide([policy([{ name: 'a', ...criterion }])], subject);

    expect(decision?.violations.map(({ message }) => message)).toEqual(
      messages.map((message) => expect.stringContaining(message)),
    );
  });

  it('looks into init and ephemeral containers', () => {
    const bad = { image: 'nginx' };
    const subject = pod({
      containers: [{ name: 'a', image: 'r.example/a:1' }],
      initContainers: [{ name: 'b', ...bad }],
      ephemeralContainers: [{ name: 'c', ...bad }],
    });
    const decision = decide([policy([{ name: 'a', images: { allow: ['r.example/*'] } }])], subject);

    expect(decision?.violations.map((one) => one.subject)).toEqual([
      'Pod/a init container b',
      'Pod/a ephemeral container c',
    ]);
  });

  describe('an exception', () => {
    const rules = [{ name: 'pods', podSecurity: 'baseline' }];
    const base = { name: 'e', rules: ['pods'], owner: 'ops@example.com', reason: 'until it is rewritten' };
    const subject = pod({
      hostPID: true,
      containers: [{ name: 'a', image: 'r.example/a:1', securityContext: { privileged: true } }],
    });

    it('lets pass what it is about, and is named', () => {
      const exceptions = [{ ...base, selector: { namespaces: ['default'] }, expires: '2026-11-26' }];
      const decision = decide([policy(rules, { exceptions })], subject);

      expect(decision).toMatchObject({ verdict: 'allow', violations: [] });
      expect(decision?.excused.map(({ message, exception }) => [message, exception.owner])).toEqual([
        ['privileged: true', 'ops@example.com'],
        ['hostPID: true', 'ops@example.com'],
      ]);
    });

    it.each([
      ['2026-11-25', NOW, false],
      ['2026-11-26', NOW, true],
      ['2026-11-26T12:00:00Z', NOW, false],
      ['2026-11-26T14:00:01+02:00', NOW, true],
    ])('until %s holds at noon: %s', (expires, now, holds) => {
      const exceptions = [{ ...base, selector: { names: ['*'] }, expires }];
      const decision = decide([policy(rules, { exceptions })], subject, now);

      expect(decision?.verdict).toBe(holds ? 'allow' : 'deny');
      expect(decision?.violations.map(({ expired }) => expired?.name)).toEqual(holds ? [] : ['e', 'e']);
    });

    it('for an image or a container lets nothing of the pod itself pass', () => {
      for (const narrow of [{ images: ['r.example/*'] }, { containers: ['a'] }]) {
        const exceptions = [{ ...base, ...narrow, expires: '2027-01-01' }];
        const decision = decide([policy(rules, { exceptions })], subject);

        expect(decision?.violations.map(({ message }) => message)).toEqual(['hostPID: true']);
      }
    });

    it('for one misconfiguration lets no other pass', () => {
      const exceptions = [
        { ...base, selector: { names: ['*'] }, misconfigurations: ['kubernetes-host-pid'], expires: '2027-01-01' },
      ];

      expect(decide([policy(rules, { exceptions })], subject)?.violations.map(({ message }) => message)).toEqual([
        'privileged: true',
      ]);
    });
  });

  it('lists no more than is read, and counts the rest', () => {
    const containers = Array.from({ length: 500 }, (_, index) => ({ name: `c${index}`, image: 'nginx' }));
    const decision = decide([policy([{ name: 'a', images: { digest: 'required' } }])], pod({ containers }));

    expect([decision?.violations.length, decision?.more]).toEqual([200, 300]);
  });

  it('never throws, and never says less for one more policy', () => {
    const order = ['allow', 'warn', 'deny'];
    const every = policy([
      { name: 'a', podSecurity: 'restricted' },
      { name: 'b', images: { digest: 'required' } },
      { name: 'c', resources: { maximum: { 'limits.cpu': 1 } } },
      { name: 'd', labels: { require: { a: '*' } } },
      { name: 'e', volumes: { allow: [] } },
    ]);
    const loose = policy([{ name: 'a', podSecurity: 'baseline' }], { mode: 'monitor' }, 'loose');
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, metadata) => {
        const subject = { kind: 'Pod', spec: { containers: spec, volumes: spec, securityContext: spec }, metadata };
        const one = decide([loose], subject)?.verdict ?? 'allow';
        const both = decide([loose, every], subject)?.verdict ?? 'allow';

        expect(order.indexOf(both)).toBeGreaterThanOrEqual(order.indexOf(one));
      }),
    );
  });
});

function policy(rules: readonly Json[], spec: Json = {}, name = 'p'): AdmissionPolicy {
  const parsed = parseAdmissionPolicy({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name },
    spec: { mode: 'protect', rules, ...spec },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

function decide(policies: readonly AdmissionPolicy[], object: Json, now = NOW): AdmissionDecision | undefined {
  const known = objectOf(plainValue({ apiVersion: 'v1', metadata: { name: 'a' }, ...object }));
  return known === undefined ? undefined : judge(known, 'default', policies, now);
}

function pod(spec: Json): Json {
  return { kind: 'Pod', spec: { containers: [], ...spec } };
}

function image(reference: string): Json {
  return pod({ containers: [{ name: 'a', image: reference }] });
}

function adds(capability: string): Json {
  return pod({ containers: [{ name: 'a', securityContext: { capabilities: { add: [capability] } } }] });
}

function drops(capability: string): Json {
  return pod({ containers: [{ name: 'a', securityContext: { capabilities: { drop: [capability] } } }] });
}

function volume(source: Json): Json {
  return pod({ volumes: [{ name: 'v', ...source }] });
}

function needs(resources: Json): Json {
  return pod({ containers: [{ name: 'a', resources }] });
}

function labelled(labels: Json): Json {
  return { ...pod({}), metadata: { name: 'a', labels } };
}
