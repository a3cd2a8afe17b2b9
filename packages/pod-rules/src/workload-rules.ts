import { at } from './object.ts';
import { type Container, securitySetting } from './pod.ts';
import type { PodProblem, PodRule } from './rule.ts';
import { isSecretName } from './secret-name.ts';

const DOCS = 'https://kubernetes.io/docs/';
const RESOURCES = `${DOCS}concepts/configuration/manage-resources-containers/`;
const PROBES = `${DOCS}tasks/configure-pod-container/configure-liveness-readiness-startup-probes/`;

/** What users expect beyond the Pod Security Standards: images, resources, probes, identity, secrets. */
export const WORKLOAD_RULES: readonly PodRule[] = [
  {
    id: 'kubernetes-latest-tag',
    severity: 'medium',
    title: 'An image without a version',
    why: 'Two replicas can run two images, and nobody can go back to the one of yesterday.',
    fix: 'Name a version, better a digest',
    references: [`${DOCS}concepts/containers/images/#image-names`],
    check: ({ containers }) =>
      containers.flatMap(({ spec, subject }) => {
        const { scalar, line } = spec.get('image');
        if (typeof scalar !== 'string' || scalar === '' || scalar.includes('@')) return [];
        const tag = /:([^/:]+)$/.exec(scalar)?.[1];
        return tag === undefined || tag === 'latest' ? [{ message: `image ${scalar}`, line, subject }] : [];
      }),
  },
  {
    id: 'kubernetes-writable-root',
    severity: 'low',
    title: 'The root file system can be written',
    why: 'Who gets in can change programs and leave tools behind.',
    fix: 'Set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes',
    references: [`${DOCS}tasks/configure-pod-container/security-context/`],
    check: ({ containers, windows }) =>
      windows
        ? []
        : broken(
            containers,
            ({ spec }) => at(spec, ['securityContext', 'readOnlyRootFilesystem']).scalar !== true,
            'readOnlyRootFilesystem is not true',
          ),
  },
  resource(
    'memory-limit',
    'limits',
    'memory',
    'low',
    'A leak or an attack on one pod takes the memory of the node, and other pods are killed for it.',
  ),
  resource('cpu-limit', 'limits', 'cpu', 'low', 'One pod can take the processor time that others are promised.'),
  resource(
    'memory-request',
    'requests',
    'memory',
    'negligible',
    'The scheduler puts the pod on nodes without room for it, and it is the first to be evicted.',
  ),
  resource(
    'cpu-request',
    'requests',
    'cpu',
    'negligible',
    'The scheduler puts the pod on nodes that have no time for it.',
  ),
  probe('livenessProbe', 'liveness', 'A process that hangs stays.'),
  probe('readinessProbe', 'readiness', 'Requests arrive before the program can answer them, and while it cannot.'),
  {
    id: 'kubernetes-service-account-token',
    severity: 'low',
    title: 'A token of the API in every container',
    why: 'Who gets in talks to the API server as the pod, also where the program never does.',
    fix: 'Set automountServiceAccountToken: false, and true only where the program uses the API',
    references: [`${DOCS}tasks/configure-pod-container/configure-service-account/`],
    *check({ spec, object: { subject } }) {
      const { scalar, line } = spec.get('automountServiceAccountToken');
      if (scalar !== false) yield { message: 'automountServiceAccountToken is not false', line, subject };
    },
  },
  {
    id: 'kubernetes-secret-in-env',
    severity: 'high',
    title: 'A secret in the manifest',
    why: 'It is in the repository, in the API server without protection, and in the environment of every process.',
    fix: 'Take it from a Secret: valueFrom.secretKeyRef, better a mounted file',
    references: [`${DOCS}concepts/configuration/secret/`],
    check: ({ containers }) =>
      containers.flatMap(({ spec, subject }) =>
        spec
          .get('env')
          .items()
          .map((one) => ({ name: String(one.get('name').scalar ?? ''), value: one.get('value') }))
          .filter(({ name, value }) => isSecretName(name) && isLiteral(value.scalar))
          .map(({ name, value }) => ({ message: `env ${name} has its value here`, line: value.line, subject })),
      ),
  },
  {
    id: 'kubernetes-runtime-socket',
    severity: 'critical',
    title: "The container runtime's socket is mounted",
    why: 'Who can write to it can start a privileged container, which is root on the node.',
    fix: 'Do without the socket',
    references: ['https://cheatsheetseries.owasp.org/cheatsheets/Docker_Security_Cheat_Sheet.html'],
    check: ({ spec, object: { subject } }) =>
      spec
        .get('volumes')
        .items()
        .map((volume) => at(volume, ['hostPath', 'path']))
        .filter(({ scalar }) => /(?:docker|containerd|crio|cri-dockerd)\.sock$/.test(String(scalar ?? '')))
        .map(({ scalar, line }) => ({ message: `hostPath ${String(scalar)}`, line, subject })),
  },
  {
    id: 'kubernetes-shared-process-namespace',
    severity: 'low',
    title: 'Containers see the processes of each other',
    why: 'A sidecar that is taken over reads the memory and environment of the main program.',
    fix: 'Remove shareProcessNamespace: true',
    references: [`${DOCS}tasks/configure-pod-container/share-process-namespace/`],
    *check({ spec, object: { subject } }) {
      const { scalar, line } = spec.get('shareProcessNamespace');
      if (scalar === true) yield { message: 'shareProcessNamespace: true', line, subject };
    },
  },
  {
    id: 'kubernetes-low-user-id',
    severity: 'negligible',
    title: 'A user number that the node may use too',
    why: 'Numbers up to 10000 belong to users of many distributions: outside its container, the process is one of them.',
    fix: 'Set runAsUser above 10000, or hostUsers: false',
    references: [`${DOCS}concepts/workloads/pods/user-namespaces/`],
    check: (pod) =>
      pod.spec.get('hostUsers').scalar === false
        ? []
        : pod.containers.flatMap((container) => {
            const { scalar, line } = securitySetting(pod, container, 'runAsUser');
            const low = typeof scalar === 'number' && scalar > 0 && scalar <= 10_000;
            return low ? [{ message: `runAsUser: ${scalar}`, line, subject: container.subject }] : [];
          }),
  },
  {
    id: 'kubernetes-default-namespace',
    severity: 'negligible',
    title: 'A workload in the namespace default',
    why: 'What nobody put somewhere shares it: quotas, policies and roles cannot tell the workloads apart.',
    fix: 'Give the workload a namespace of its own',
    references: [`${DOCS}concepts/overview/working-with-objects/namespaces/`],
    *check({ object: { namespace, subject, root } }) {
      const { line } = at(root, ['metadata', 'namespace']);
      if (namespace === 'default') yield { message: 'namespace: default', line, subject };
    },
  },
];

function resource(
  id: string,
  kind: 'limits' | 'requests',
  name: 'memory' | 'cpu',
  severity: 'low' | 'negligible',
  why: string,
): PodRule {
  const word = `${kind === 'limits' ? 'limit' : 'request'} of ${name === 'cpu' ? 'processor time' : name}`;
  // A limit without a request is taken for the request too.
  const enough = kind === 'limits' ? [kind] : [kind, 'limits'];
  return {
    id: `kubernetes-no-${id}`,
    severity,
    title: `No ${word}`,
    why,
    fix: `Set resources.${kind}.${name}`,
    references: [RESOURCES],
    check: ({ containers }) =>
      broken(
        lasting(containers),
        ({ spec }) => !enough.some((one) => at(spec, ['resources', one, name]).exists),
        `no ${word}`,
      ),
  };
}

function probe(field: string, name: string, why: string): PodRule {
  return {
    id: `kubernetes-no-${name}-probe`,
    severity: 'negligible',
    title: `No ${name} probe`,
    why,
    fix: `Add a ${field}`,
    references: [PROBES],
    check: ({ containers, object: { kind } }) =>
      // What ends by itself needs none.
      kind === 'Job' || kind === 'CronJob'
        ? []
        : broken(lasting(containers), ({ spec }) => !spec.get(field).exists, `no ${field}`),
  };
}

/** Containers that run as long as the pod: init containers only where they are sidecars. */
function lasting(containers: readonly Container[]): readonly Container[] {
  return containers.filter(
    ({ kind, spec }) => kind === 'container' || (kind === 'init' && spec.get('restartPolicy').scalar === 'Always'),
  );
}

function broken(
  containers: readonly Container[],
  breaks: (container: Container) => boolean,
  message: string,
): readonly PodProblem[] {
  return containers.filter(breaks).map(({ spec, subject }) => ({ message, line: spec.line, subject }));
}

/** Neither empty nor a placeholder that something fills in. */
function isLiteral(value: string | number | boolean | undefined): boolean {
  return value !== undefined && value !== '' && !/^(?:\$[({]|<)/.test(String(value));
}
