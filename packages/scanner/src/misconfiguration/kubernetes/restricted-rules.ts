import type { CheckedRule, Problem } from '../rule.ts';
import { addedCapabilities, BASELINE_CAPABILITIES, capability, everywhere } from './baseline-rules.ts';
import { at, type Container, type Pod, securitySetting } from './pod.ts';

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
export const RESTRICTED_RULES: readonly CheckedRule<Pod>[] = [
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
            .filter((key) => !VOLUME_TYPES.has(key))
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
      onLinux(
        pod,
        ({ spec }) => at(spec, ['securityContext', 'allowPrivilegeEscalation']).scalar !== false,
        'allowPrivilegeEscalation is not false',
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
    check: (pod) => everywhere(pod, ['runAsUser'], ({ scalar }) => scalar === 0, 'runAsUser: 0'),
  },
  {
    id: 'kubernetes-run-as-non-root',
    standard: 'restricted',
    severity: 'medium',
    title: 'Nothing keeps the container from running as root',
    why: 'Without runAsNonRoot the image decides, and the next image may decide otherwise.',
    fix: 'Set securityContext.runAsNonRoot: true for the pod or each container',
    references: [STANDARD],
    check: (pod) =>
      onLinux(pod, (one) => securitySetting(pod, one, 'runAsNonRoot').scalar !== true, 'runAsNonRoot is not true'),
  },
  {
    id: 'kubernetes-seccomp-missing',
    standard: 'restricted',
    severity: 'low',
    title: 'No seccomp profile',
    why: 'Unless the kubelet sets one, every system call of the kernel is reachable.',
    fix: 'Set securityContext.seccompProfile: {type: RuntimeDefault}',
    references: [STANDARD],
    check: (pod) =>
      onLinux(pod, (one) => !securitySetting(pod, one, 'seccompProfile', 'type').exists, 'no seccompProfile'),
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
      yield* onLinux(pod, (one) => !dropsAll(one), 'does not drop ALL');
      for (const { spec, subject } of pod.containers) {
        for (const { name, line } of addedCapabilities(spec)) {
          if (name !== 'NET_BIND_SERVICE' && BASELINE_CAPABILITIES.has(name))
            yield { message: `adds ${name}`, line, subject };
        }
      }
    },
  },
];

/** Windows pods have none of these settings. */
function onLinux(pod: Pod, breaks: (container: Container) => boolean, message: string): readonly Problem[] {
  if (pod.windows) return [];
  return pod.containers.filter(breaks).map(({ spec, subject }) => {
    const context = spec.get('securityContext');
    return { message, line: context.exists ? context.line : spec.line, subject };
  });
}

function dropsAll({ spec }: Container): boolean {
  const dropped = at(spec, ['securityContext', 'capabilities', 'drop']).items();
  return dropped.some(({ scalar }) => capability(scalar) === 'ALL');
}
