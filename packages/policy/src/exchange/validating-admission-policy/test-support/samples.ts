import fc from 'fast-check';
import type { AdmissionPolicy } from '../../../admission/policy.ts';
import { requireAdmissionPolicies } from '../../../admission/read-policies.ts';

/** Criteria, each a policy of its own namespace: so an answer tells which of them it is about. */
export const CRITERIA: Readonly<Record<string, object>> = {
  registries: { images: { allow: ['registry.example.com/*', 'docker.io/library/ngin?'], deny: ['*/secret*'] } },
  pinned: { images: { digest: 'required' } },
  tags: { images: { denyTags: ['latest', 'dev-*'] } },
  capabilities: { capabilities: { allow: ['NET_BIND_SERVICE', 'CHOWN'] } },
  dropped: { capabilities: { drop: ['NET_RAW', 'MKNOD'] } },
  volumes: { volumes: { allow: ['emptyDir', 'configMap', 'hostPath'], hostPaths: ['/var/log', '/srv/data/'] } },
  'no-secrets': { volumes: { deny: ['secret', 'hostPath'] } },
  required: { resources: { require: ['limits.memory', 'requests.cpu'] } },
  bounded: { resources: { maximum: { 'limits.memory': '1Gi', 'requests.cpu': '500m' } } },
  labels: { labels: { require: { team: '*', tier: 'front?nd' }, deny: { old: '*' } } },
  annotations: { annotations: { deny: { 'example.com/debug': 'tr*' } } },
  accounts: { serviceAccounts: { allow: ['default', 'app-*'], deny: ['app-root'] } },
  each: {
    cel: {
      each: 'container',
      expression: "!container.image.endsWith(':latest') && !container.name.matches('^x.*y$')",
      messageExpression: "'container ' + container.name",
    },
  },
  whole: {
    cel: {
      expression:
        "variables.containers.size() < 3 && request.operation == 'CREATE' && oldObject == null && namespaceObject.metadata.name == 'whole' && object.metadata.name.startsWith('p')",
    },
  },
  fails: { cel: { expression: "object.metadata.labels.team == 'a'" } },
  ignored: { cel: { expression: "object.metadata.labels.team == 'a'", failurePolicy: 'Ignore' } },
};

/** A policy with one rule, for the namespace of its name. */
export function policyOf(name: string, criterion: object): readonly AdmissionPolicy[] {
  const spec = { mode: 'protect', selector: { namespaces: [name] }, rules: [{ name: 'only', ...criterion }] };
  const text = JSON.stringify({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name },
    spec,
  });
  return requireAdmissionPolicies([{ file: name, text }]);
}

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const DIGEST = `sha256:${'0'.repeat(64)}`;
const IMAGES = fc.constantFrom(
  'nginx',
  'nginx:latest',
  'nginx:1',
  'library/nginx:dev-1',
  'docker.io/nginx',
  'index.docker.io/library/nginx:1',
  'docker.io:443/nginx:1',
  'REGISTRY.example.com/app:1',
  'registry.example.com:443/app:1',
  'registry.example.com:5000/app',
  'registry.example.com/secret/app:1',
  'localhost/app:1',
  'localhost:5000/app:latest',
  'nginx:5000/app:1',
  `registry.example.com/app@${DIGEST}`,
  `registry.example.com/app:latest@${DIGEST}`,
  'nginx@sha256:1',
  'Nginx:1',
  'foo/bar',
  'a..b/c',
  'registry.example.com/app:.bad',
  'registry.example.com/a//b',
  '[::1]:5000/app:1',
  'a@b@c',
);
const CAPABILITIES = fc.subarray([
  'NET_BIND_SERVICE',
  'CAP_CHOWN',
  'net_raw',
  'NET_RAW',
  'MKNOD',
  'ALL',
  'SYS_ADMIN',
  'CAP_NET_RAW',
]);
const AMOUNTS = fc.record(
  {
    memory: fc.constantFrom('64Mi', '1Gi', '1073741825', '2G', '1e9', 1073741824),
    cpu: fc.constantFrom('500m', '0.5', '501m', '1', 2),
  },
  { requiredKeys: [] },
);
const CONTAINER = fc.record(
  {
    image: IMAGES,
    resources: fc.record({ limits: AMOUNTS, requests: AMOUNTS }, { requiredKeys: [] }),
    securityContext: fc.record(
      { capabilities: fc.record({ add: CAPABILITIES, drop: CAPABILITIES }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['image'] },
);
const VOLUME = fc.constantFrom<object>(
  {},
  { emptyDir: {} },
  { configMap: { name: 'a' } },
  { secret: { secretName: 'a' } },
  { hostPath: { path: '/var/log' } },
  { hostPath: { path: '//var/./log/pods/' } },
  { hostPath: { path: '/var/logs' } },
  { hostPath: { path: '/' } },
  { hostPath: { path: '/srv/data' } },
);
const TEXTS = (keys: readonly string[], values: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values), { maxKeys: 4 });

/** Pods that differ in what the criteria are about. Many break few of them. */
export const PODS = fc
  .record({
    name: fc.constantFrom('p1', 'q1'),
    labels: optional(TEXTS(['team', 'tier', 'old'], ['a', 'frontend', 'front-nd', ''])),
    annotations: optional(TEXTS(['example.com/debug', 'b'], ['true', 'false', 'tr'])),
    serviceAccountName: optional(fc.constantFrom('default', 'app-web', 'app-root', 'other')),
    containers: fc.array(CONTAINER, { minLength: 1, maxLength: 2 }),
    initContainers: fc.array(CONTAINER, { maxLength: 1 }),
    volumes: optional(fc.array(VOLUME, { maxLength: 2 })),
  })
  .map(({ name, labels, annotations, serviceAccountName, containers, initContainers, volumes }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(labels !== undefined && { labels }), ...(annotations !== undefined && { annotations }) },
    spec: {
      ...(serviceAccountName !== undefined && { serviceAccountName }),
      containers: containers.map((one, index) => ({ name: index === 0 ? 'app' : 'xoy', ...one })),
      initContainers: initContainers.map((one) => ({ name: 'init', ...one })),
      ...(volumes !== undefined && { volumes: volumes.map((one, index) => ({ name: `v${index}`, ...one })) }),
    },
  }));
