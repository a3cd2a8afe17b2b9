import {
  addedCapabilities,
  BASELINE_CAPABILITIES,
  everywhere,
  isUnsafeProfile,
  unmaskedProc,
} from './baseline-rules.ts';
import { at, type Value } from './object.ts';
import type { Container, Pod } from './pod.ts';
import type { PodProblem, PodRule } from './rule.ts';

const STANDARD = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted';

const VOLUME_TYPES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
  // Not allowed either, but the baseline speaks of it.
  'hostPath',
  'name',
]);

/** What the level "restricted" of Kubernetes' Pod Security Standards adds to the baseline. */
export const RESTRICTED_RULES: readonly PodRule[] = [
  {
    id: 'kubernetes-volume-types',
    standard: 'restricted',
    severity: 'low',
    title: 'A volume of a type that reaches outside the cluster',
    why: 'Types beside the core ones, such as nfs or iscsi, let whoever writes the manifest mount any server.',
    fix: 'Use a PersistentVolumeClaim',
    references: [STANDARD],
    check: ({ spec, object: { subject } }) =>
      spec
        .get('volumes')
        .items()
        .flatMap((volume) =>
          volume
            .keys()
            .filter((key) => !VOLUME_TYPES.has(key) && volume.get(key).exists)
            .map((key) => ({ message: `a volume of type ${key}`, line: volume.line, subject })),
        ),
  },
  {
    id: 'kubernetes-privilege-escalation',
    standard: 'restricted',
    severity: 'medium',
    title: 'Processes may gain privileges',
    why: 'A setuid program in the image makes any process root, however it was started.',
    fix: 'Set securityContext.allowPrivilegeEscalation: false',
    references: [STANDARD],
    check: (pod) =>
      pod.windows
        ? []
        : ofContainers(pod, ({ spec }) =>
            at(spec, ['securityContext', 'allowPrivilegeEscalation']).scalar === false
              ? undefined
              : 'allowPrivilegeEscalation is not false',
          ),
  },
  {
    id: 'kubernetes-run-as-root',
    standard: 'restricted',
    severity: 'high',
    title: 'The container runs as root',
    why: 'A process that breaks out of a container it runs in as root is root on the node.',
    fix: 'Set runAsUser to a number above 0, and runAsNonRoot: true',
    references: [STANDARD],
    check: (pod) =>
      pod.userNamespace ? [] : everywhere(pod, ['runAsUser'], ({ scalar }) => scalar === 0, 'runAsUser: 0'),
  },
  {
    id: 'kubernetes-run-as-non-root',
    standard: 'restricted',
    severity: 'medium',
    title: 'Nothing keeps the container from running as root',
    why: 'Without runAsNonRoot the image decides, and the next image may decide otherwise.',
    fix: 'Set securityContext.runAsNonRoot: true for the pod or each container',
    references: [STANDARD],
    *check(pod) {
      if (pod.userNamespace) return;
      const shared = at(pod.spec, ['securityContext', 'runAsNonRoot']);
      // A pod that says false is refused also where every container says true.
      if (shared.exists && shared.scalar !== true) {
        yield { message: 'runAsNonRoot is not true', line: shared.line, subject: pod.object.subject };
      }
      yield* ofContainers(pod, ({ spec }) => {
        const own = at(spec, ['securityContext', 'runAsNonRoot']);
        return (own.exists ? own : shared).scalar === true ? undefined : 'runAsNonRoot is not true';
      });
    },
  },
  {
    id: 'kubernetes-seccomp-missing',
    standard: 'restricted',
    severity: 'low',
    title: 'No seccomp profile',
    why: 'Unless the kubelet sets one, every system call of the kernel is reachable.',
    fix: 'Set securityContext.seccompProfile: {type: RuntimeDefault}',
    references: [STANDARD],
    check(pod) {
      if (pod.windows) return [];
      const shared = at(pod.spec, ['securityContext', 'seccompProfile']);
      const covered = shared.exists && !isUnsafeProfile(shared);
      // The baseline speaks of profiles that are there and unsafe.
      return ofContainers(pod, ({ spec }) =>
        covered || at(spec, ['securityContext', 'seccompProfile']).exists ? undefined : 'no seccompProfile',
      );
    },
  },
  {
    id: 'kubernetes-capabilities-not-dropped',
    standard: 'restricted',
    severity: 'low',
    title: 'Capabilities that are not needed are kept',
    why: 'Those that runtimes give by default include NET_RAW, which lets a container forge packets of its neighbours.',
    fix: 'Set capabilities: {drop: [ALL]}, and add NET_BIND_SERVICE where a low port is needed',
    references: [STANDARD],
    *check(pod) {
      if (pod.windows) return;
      yield* ofContainers(pod, ({ spec }) => (dropsAll(spec) ? undefined : 'does not drop ALL'));
      for (const { spec, subject } of pod.containers) {
        for (const { name, line } of addedCapabilities(spec)) {
          // The baseline speaks of the others.
          if (name !== 'NET_BIND_SERVICE' && BASELINE_CAPABILITIES.has(name)) {
            yield { message: `adds ${name}`, line, subject };
          }
        }
      }
    },
  },
  {
    id: 'kubernetes-proc-mount-user-namespace',
    standard: 'restricted',
    severity: 'low',
    title: '/proc without its mask, in a user namespace',
    why: 'The user namespace keeps root of the container from the node, but the files still tell about it.',
    fix: 'Remove procMount, or set it to Default',
    references: [STANDARD, 'https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/'],
    check: (pod) => (pod.userNamespace ? unmaskedProc(pod) : []),
  },
];

/** Problems of containers, each on the line of what should say otherwise. */
function ofContainers(pod: Pod, problemOf: (container: Container) => string | undefined): readonly PodProblem[] {
  return pod.containers.flatMap((container) => {
    const message = problemOf(container);
    if (message === undefined) return [];
    const { spec, subject } = container;
    const context = spec.get('securityContext');
    return [{ message, line: context.exists ? context.line : spec.line, subject }];
  });
}

function dropsAll(spec: Value): boolean {
  const dropped = at(spec, ['securityContext', 'capabilities', 'drop']).items();
  return dropped.some(({ scalar }) => scalar === 'ALL');
}
