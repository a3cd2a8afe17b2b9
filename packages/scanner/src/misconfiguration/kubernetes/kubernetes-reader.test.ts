import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, rulesIn } from '../test-support/read-text.ts';
import { KUBERNETES_RULES, kubernetesReader } from './kubernetes-reader.ts';

const GOOD = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: app
          image: registry.example/web:1.4.2
          env:
            - {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
            - {name: TOKEN_FILE, value: /run/token}
          ports: [{containerPort: 8080}]
          livenessProbe: {httpGet: {path: /live, port: 8080}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
          resources: {limits: {cpu: 500m, memory: 256Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
      volumes: [{name: tmp, emptyDir: {}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
`;

/** What breaks each rule: a pod's spec, a container, or a whole object. */
const BROKEN: Readonly<Record<string, string>> = {
  'kubernetes-privileged': container('securityContext: {privileged: true}'),
  'kubernetes-host-network': pod('hostNetwork: true'),
  'kubernetes-host-pid': pod('hostPID: true'),
  'kubernetes-host-ipc': pod('hostIPC: true'),
  'kubernetes-host-process': pod('securityContext: {windowsOptions: {hostProcess: true}}'),
  'kubernetes-capabilities': container('securityContext: {capabilities: {add: [CAP_SYS_ADMIN]}}'),
  'kubernetes-host-path': pod('volumes: [{name: a, hostPath: {path: /etc}}]'),
  'kubernetes-host-port': container('ports: [{containerPort: 80, hostPort: 80}]'),
  'kubernetes-probe-host': container('livenessProbe: {httpGet: {host: 169.254.169.254, port: 80}}'),
  'kubernetes-apparmor': container('securityContext: {appArmorProfile: {type: Unconfined}}'),
  'kubernetes-selinux': pod('securityContext: {seLinuxOptions: {type: spc_t}}'),
  'kubernetes-proc-mount': container('securityContext: {procMount: Unmasked}'),
  'kubernetes-seccomp-unconfined': pod('securityContext: {seccompProfile: {type: Unconfined}}'),
  'kubernetes-sysctls': pod('securityContext: {sysctls: [{name: kernel.msgmax, value: "1"}]}'),
  'kubernetes-volume-types': pod('volumes: [{name: a, nfs: {server: a, path: /}}]'),
  'kubernetes-privilege-escalation': container(''),
  'kubernetes-run-as-root': container('securityContext: {runAsUser: 0}'),
  'kubernetes-run-as-non-root': container(''),
  'kubernetes-seccomp-missing': container(''),
  'kubernetes-capabilities-not-dropped': container(''),
  'kubernetes-proc-mount-user-namespace': pod(
    'hostUsers: false\n  containers: [{name: a, securityContext: {procMount: Unmasked}}]',
  ),
  'kubernetes-latest-tag': container('image: registry:5000/web'),
  'kubernetes-writable-root': container(''),
  'kubernetes-no-memory-limit': container(''),
  'kubernetes-no-cpu-limit': container(''),
  'kubernetes-no-memory-request': container(''),
  'kubernetes-no-cpu-request': container(''),
  'kubernetes-no-liveness-probe': container(''),
  'kubernetes-no-readiness-probe': container(''),
  'kubernetes-service-account-token': pod(''),
  'kubernetes-secret-in-env': container('env: [{name: DB_PASSWORD, value: hunter2}]'),
  'kubernetes-runtime-socket': pod('volumes: [{name: a, hostPath: {path: /run/containerd/containerd.sock}}]'),
  'kubernetes-shared-process-namespace': pod('shareProcessNamespace: true'),
  'kubernetes-low-user-id': container('securityContext: {runAsUser: 1000}'),
  'kubernetes-default-namespace': object('Pod', 'metadata: {namespace: default}\nspec: {containers: []}'),
  'kubernetes-role-wildcard-verbs': role('{verbs: ["*"], resources: [pods]}'),
  'kubernetes-role-wildcard-resources': role('{verbs: [get], resources: ["*"]}'),
  'kubernetes-role-secrets': role('{verbs: [list], resources: [secrets]}'),
  'kubernetes-role-escalation': role('{verbs: [impersonate], resources: [users]}'),
  'kubernetes-role-exec': role('{verbs: [create], resources: [pods/exec]}'),
  'kubernetes-role-nodes-proxy': role('{verbs: [get], resources: [nodes/proxy]}'),
  'kubernetes-role-tokens': role('{verbs: [create], resources: [serviceaccounts/token]}'),
  'kubernetes-role-webhooks': role('{verbs: [patch], resources: [mutatingwebhookconfigurations]}'),
  'kubernetes-cluster-admin': object('ClusterRoleBinding', 'roleRef: {name: cluster-admin}'),
  'kubernetes-anonymous-binding': object('RoleBinding', 'subjects: [{kind: User, name: system:anonymous}]'),
  'kubernetes-default-service-account-binding': object(
    'RoleBinding',
    'subjects: [{kind: ServiceAccount, name: default}]',
  ),
  'kubernetes-secret-in-manifest': object('Secret', 'data: {a: aGVsbG8=}'),
  'kubernetes-secret-in-config-map': object('ConfigMap', 'data: {api_key: "123"}'),
  'kubernetes-external-ips': object('Service', 'spec: {externalIPs: [192.0.2.1]}'),
  'kubernetes-open-load-balancer': object('Service', 'spec: {type: LoadBalancer}'),
  'kubernetes-ingress-without-tls': object('Ingress', 'spec: {rules: []}'),
  'kubernetes-network-policy-open': object('NetworkPolicy', 'spec: {ingress: [{}]}'),
};

describe('kubernetesReader', () => {
  it('finds nothing in manifests that follow every rule', () => {
    expect(rulesIn(kubernetesReader, 'web.yaml', GOOD)).toEqual([]);
  });

  it.each([
    ['a word of YAML 1.1', pod('hostNetwork: yes\n  containers: [{name: a}]')],
    ['a merge', `x: &host {hostNetwork: true}\n${pod('<<: *host\n  containers: [{name: a}]')}`],
  ])('sees what is in force by %s', (_, text) => {
    expect(rulesIn(kubernetesReader, 'a.yaml', text)).toContain('kubernetes-host-network');
  });

  it('has a broken example for each rule', () => {
    expect(Object.keys(BROKEN)).toEqual(KUBERNETES_RULES.map(({ id }) => id));
  });

  it.each(Object.entries(BROKEN))('finds %s', (rule, text) => {
    expect(rulesIn(kubernetesReader, 'a.yaml', text)).toContain(rule);
  });

  it('names the object, the container and the line, in every document of a file', () => {
    const text = `${GOOD}---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: night, namespace: shop}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          initContainers:\n            - name: prepare\n              image: a:1\n              securityContext:\n                privileged: true\n`;

    const found = readText(kubernetesReader, 'a.yaml', text).facts.flatMap((fact) =>
      fact.kind === 'misconfiguration' && fact.misconfiguration.rule === 'kubernetes-privileged'
        ? [fact.misconfiguration]
        : [],
    );

    const line = text.split('\n').findIndex((one) => one.includes('privileged: true')) + 1;
    expect(found).toEqual([
      {
        rule: 'kubernetes-privileged',
        message: 'privileged: true',
        line,
        subject: 'CronJob/shop/night init container prepare',
      },
    ]);
  });

  it('reads JSON, and the items of a List', () => {
    const item = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { hostPID: true, containers: [] } };
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item] });

    expect(rulesIn(kubernetesReader, 'a.json', text)).toContain('kubernetes-host-pid');
  });

  it("lets a container's setting override the pod's", () => {
    const text = pod(
      'securityContext: {runAsNonRoot: true}\n  containers: [{name: a, securityContext: {runAsNonRoot: false}}]',
    );

    expect(rulesIn(kubernetesReader, 'a.yaml', text)).toContain('kubernetes-run-as-non-root');
  });

  it('passes over what is no manifest, broken or not', () => {
    for (const text of ['a: [', 'version: "3"\nservices: {}', '{"kind": "x"}', '', '\u0000']) {
      expect(readText(kubernetesReader, 'a.yaml', text)).toEqual({ facts: [], gaps: [] });
    }
  });

  it.each([
    [
      'a template',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  {{- if .Values.a }}\n  name: {{ .Values.name }}\n',
      'unsupported',
    ],
    ['broken YAML', 'apiVersion: v1\nkind: "Pod\n', 'corrupt'],
    ['deep nesting', `apiVersion: v1\nkind: Pod\na: ${'['.repeat(300_000)}`, 'limit'],
    ['deep lists', `apiVersion: v1\nkind: Pod\na:\n  ${'- '.repeat(300_000)}`, 'limit'],
    ['many aliases', `apiVersion: v1\nkind: Pod\na: &a [1,1,1,1,1,1,1,1,1,1]\n${lots()}`, 'limit'],
  ])('says that it could not look into %s', (_, text, code) => {
    expect(readText(kubernetesReader, 'a.yaml', text)).toMatchObject({ facts: [], gaps: [{ code }] });
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'apiVersion: v1\n',
      'kind: Pod\n',
      'spec:\n',
      '  containers:\n',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a ',
      ': ',
      '"',
      '\n',
      '---\n',
      '? ',
      '!!x ',
      '%',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { facts } = readText(kubernetesReader, 'a.yaml', `apiVersion: v1\nkind: Pod\n${pieces.join('')}`);

        expect(Array.isArray(facts)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function object(kind: string, rest: string): string {
  return `apiVersion: v1\nkind: ${kind}\n${rest}\n`;
}

function pod(spec: string): string {
  return object('Pod', `metadata: {name: a}\nspec:\n  restartPolicy: Never\n  ${spec}`);
}

function container(member: string): string {
  return pod(`containers:\n    - name: a\n      ${member}`);
}

function role(rule: string): string {
  return object('ClusterRole', `rules: [${rule}]`);
}

/** Nine levels of ten aliases each: a thousand million ones. */
function lots(): string {
  return Array.from('bcdefghij')
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(10)
          .fill(`*${'abcdefghi'[index] ?? 'a'}`)
          .join(', ')}]`,
    )
    .join('\n');
}
