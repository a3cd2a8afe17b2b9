import { API_VERSION } from '@bulkhead/core';

/** Namespaces and teams that the policies are about, in turn. */
const TEAMS = 25;
const IMAGES = 400;

/** What policies are about, in turn: each has two rules, of which an object breaks few. */
const RULES: readonly ((index: number) => object)[] = [
  (index) => ({ podSecurity: index % 4 === 0 ? 'restricted' : 'baseline' }),
  (index) => ({ images: { allow: ['registry.example.com/*', `mirror-${index}.example.com/*`], denyTags: ['latest'] } }),
  (index) => ({ resources: { require: ['limits.memory'], maximum: { 'limits.memory': `${4 + index}Gi` } } }),
  () => ({ labels: { require: { team: '*' } } }),
  () => ({
    cel: { each: 'container', expression: '!has(container.lifecycle) || !has(container.lifecycle.postStart)' },
  }),
  (index) => ({ cel: { expression: `object.spec.replicas <= ${5 + index}` } }),
  () => ({ misconfigurations: ['kubernetes-host-path'] }),
];

/** Rules about what scans found, in turn: what they ask differs, and few images have it. */
const IMAGE_RULES: readonly object[] = [
  { vulnerabilities: { severity: 'critical', withFix: true, notScanned: 'allow' } },
  { vulnerabilities: { kev: true, notScanned: 'allow' } },
  { vulnerabilities: { severity: 'high', epss: 0.5, notScanned: 'allow' } },
  { secrets: { severity: 'high', notScanned: 'allow' } },
];

/** Tags of images in the order of their numbers. */
export function imageName(index: number): string {
  return `registry.example.com/shop/app-${index % IMAGES}:1.${Math.floor(index / IMAGES)}`;
}

/**
 * Policies of many kinds of rules. Four in five are about every namespace, the others about one of them. With `images` every fifth
 * has a rule about what scans found.
 */
export function policyDocuments(count: number, { images }: { readonly images: boolean }): readonly object[] {
  const more = (index: number): readonly object[] =>
    images && index % 5 === 1 ? [{ name: 'found', ...IMAGE_RULES[((index - 1) / 5) % IMAGE_RULES.length] }] : [];
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: API_VERSION,
    kind: 'AdmissionPolicy',
    metadata: { name: `policy-${index}` },
    spec: {
      mode: index % 2 === 0 ? 'protect' : 'monitor',
      selector: { namespaces: index % 5 === 0 ? [`team-${index % TEAMS}`] : ['*'] },
      rules: [
        ...[0, 3].map((step) => ({ name: `rule-${step}`, ...RULES[(index + step) % RULES.length]?.(index) })),
        ...more(index),
      ],
    },
  }));
}

/** A review of a Deployment of four containers as API servers ask for it; every fourth has what is denied. */
export function review(index: number): string {
  const container = (name: string, part: number): object => ({
    name,
    image: `registry.example.com/shop/app-${(index * 7 + part) % IMAGES}:1.${index % 25}`,
    env: Array.from({ length: 12 }, (_, number) => ({ name: `SETTING_${number}`, value: `value-${number * 31}` })),
    ports: [{ containerPort: 8_080 + part, protocol: 'TCP' }],
    resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    securityContext: {
      privileged: index % 4 === 0 && part === 0,
      allowPrivilegeEscalation: index % 4 === 0,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    readinessProbe: { httpGet: { path: '/readyz', port: 8_080 + part }, periodSeconds: 10 },
    volumeMounts: [{ name: 'settings', mountPath: '/etc/app' }],
  });
  const labels = { app: `app-${index % IMAGES}`, team: `team-${index % TEAMS}` };
  const name = `app-${index}`;
  const namespace = `team-${index % TEAMS}`;
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      name,
      namespace,
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:ci:deployer', groups: ['system:authenticated'] },
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace, labels },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: ['app', 'proxy', 'log'].map(container),
              initContainers: [container('init', 3)],
              volumes: [{ name: 'settings', configMap: { name: 'settings' } }],
            },
          },
        },
      },
      dryRun: false,
    },
  });
}
