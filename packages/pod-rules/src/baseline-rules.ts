import { at, type Value } from './object.ts';
import type { Container, Pod } from './pod.ts';
import type { PodProblem, PodRule } from './rule.ts';

const STANDARD = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline';

/** Capabilities a pod of this level may add: those that container runtimes give anyway. */
export const BASELINE_CAPABILITIES: ReadonlySet<string> = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);
const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
/** What a profile of AppArmor or seccomp may be: the runtime's, or one that the node's operator has put there. */
const SAFE_PROFILES: ReadonlySet<unknown> = new Set(['RuntimeDefault', 'Localhost']);

/** The controls of the level "baseline" of Kubernetes' Pod Security Standards. */
export const BASELINE_RULES: readonly PodRule[] = [
  {
    id: 'kubernetes-privileged',
    standard: 'baseline',
    severity: 'critical',
    title: 'A privileged container',
    why: 'It has every capability and all devices of the node: who controls it controls the node.',
    fix: 'Remove privileged: true; add the one capability that is needed',
    references: [STANDARD],
    check: (pod) => ofContainers(pod, ['securityContext', 'privileged'], isTrue, 'privileged: true'),
  },
  hostNamespace(
    'hostNetwork',
    'network',
    "The node's network",
    'The pod reaches what listens on the node alone and sees its traffic, and no network policy applies to it.',
  ),
  hostNamespace(
    'hostPID',
    'pid',
    "The node's processes",
    'The pod sees all processes of the node with their environment, and can signal and trace those of its user.',
  ),
  hostNamespace(
    'hostIPC',
    'ipc',
    "The node's shared memory",
    'The pod reads and writes the shared memory of all processes of the node.',
  ),
  {
    id: 'kubernetes-host-process',
    standard: 'baseline',
    severity: 'critical',
    title: 'A Windows host process',
    why: 'It runs on the node itself, with nothing around it.',
    fix: 'Remove windowsOptions.hostProcess',
    references: [STANDARD],
    check: (pod) => everywhere(pod, ['windowsOptions', 'hostProcess'], isTrue, 'hostProcess: true'),
  },
  {
    id: 'kubernetes-capabilities',
    standard: 'baseline',
    severity: 'high',
    title: 'A capability beyond those of every container',
    why: 'SYS_ADMIN, SYS_PTRACE, NET_ADMIN and their like are halfway to root on the node.',
    fix: 'Remove the capability, or narrow what the container does until it needs none; write it without CAP_',
    references: [STANDARD, 'https://man7.org/linux/man-pages/man7/capabilities.7.html'],
    check: (pod) =>
      pod.containers.flatMap(({ spec, subject }) =>
        addedCapabilities(spec)
          .filter(({ name }) => !BASELINE_CAPABILITIES.has(name))
          .map(({ name, line }) => ({ message: `adds ${name}`, line, subject })),
      ),
  },
  {
    id: 'kubernetes-host-path',
    standard: 'baseline',
    severity: 'high',
    title: 'A folder of the node as a volume',
    why: "Through the node's files a pod reads other pods' secrets, or changes what the node runs.",
    fix: 'Use a volume of the cluster; where nothing else will do, mount the one folder, read-only',
    references: [STANDARD, 'https://kubernetes.io/docs/concepts/storage/volumes/#hostpath'],
    check: ({ spec, object: { subject } }) =>
      spec
        .get('volumes')
        .items()
        .map((volume) => volume.get('hostPath'))
        .filter(({ exists }) => exists)
        .map((one) => ({ message: `hostPath ${String(one.get('path').scalar ?? '')}`, line: one.line, subject })),
  },
  {
    id: 'kubernetes-host-port',
    standard: 'baseline',
    severity: 'medium',
    title: 'A port of the node',
    why: 'The port is open on the node, past network policies and beside the service.',
    fix: 'Remove hostPort; use a Service',
    references: [STANDARD],
    check: (pod) =>
      pod.containers.flatMap(({ spec, subject }) =>
        spec
          .get('ports')
          .items()
          .map((port) => port.get('hostPort'))
          .filter(({ scalar }) => scalar !== undefined && scalar !== 0)
          .map(({ scalar, line }) => ({ message: `hostPort: ${String(scalar)}`, line, subject })),
      ),
  },
  {
    id: 'kubernetes-probe-host',
    standard: 'baseline',
    severity: 'medium',
    title: 'A probe or hook that asks another host',
    why: 'The kubelet sends the request: it can be made to reach what the pod cannot.',
    fix: 'Remove host from probes and lifecycle hooks',
    references: [STANDARD],
    check: (pod) =>
      pod.containers.flatMap(({ spec, subject }) =>
        [['livenessProbe'], ['readinessProbe'], ['startupProbe'], ['lifecycle', 'postStart'], ['lifecycle', 'preStop']]
          .flatMap((path) => [at(spec, [...path, 'httpGet', 'host']), at(spec, [...path, 'tcpSocket', 'host'])])
          .filter(({ scalar }) => scalar !== undefined && scalar !== '')
          .map(({ scalar, line }) => ({ message: `host: ${String(scalar)}`, line, subject })),
      ),
  },
  {
    id: 'kubernetes-apparmor',
    standard: 'baseline',
    severity: 'medium',
    title: 'AppArmor is switched off',
    why: "The runtime's profile keeps a container from writing to /proc and /sys; without it nothing does.",
    fix: 'Use RuntimeDefault or a profile of the node (Localhost)',
    references: [STANDARD],
    *check(pod) {
      for (const key of pod.annotations.keys()) {
        const { scalar, line } = pod.annotations.get(key);
        const profile = String(scalar ?? '');
        const safe = profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
        if (key.startsWith(APPARMOR_ANNOTATION) && !safe) {
          yield { message: `${key}: ${profile}`, line, subject: pod.object.subject };
        }
      }
      yield* everywhere(pod, ['appArmorProfile'], isUnsafeProfile, (profile) => `appArmorProfile ${typeOf(profile)}`);
    },
  },
  {
    id: 'kubernetes-selinux',
    standard: 'baseline',
    severity: 'medium',
    title: 'SELinux options of its own choice',
    why: 'A type, user or role of another domain takes away what separates containers.',
    fix: 'Remove user and role; use a container type or none',
    references: [STANDARD],
    *check(pod) {
      const foreign = ({ scalar }: Value): boolean => !SELINUX_TYPES.has(String(scalar ?? ''));
      yield* everywhere(pod, ['seLinuxOptions', 'type'], foreign, 'an SELinux type that is no container type');
      for (const field of ['user', 'role']) {
        yield* everywhere(pod, ['seLinuxOptions', field], ({ scalar }) => (scalar ?? '') !== '', `an SELinux ${field}`);
      }
    },
  },
  {
    id: 'kubernetes-proc-mount',
    standard: 'baseline',
    severity: 'medium',
    title: '/proc without its mask',
    why: 'The masked files tell about the node and let a container change it.',
    fix: 'Remove procMount, or set it to Default',
    references: [STANDARD],
    // In a user namespace the files are those of nobody.
    check: (pod) => (pod.userNamespace ? [] : unmaskedProc(pod)),
  },
  {
    id: 'kubernetes-seccomp-unconfined',
    standard: 'baseline',
    severity: 'medium',
    title: 'seccomp is switched off',
    why: 'Every system call of the kernel is reachable, with the flaws of each.',
    fix: 'Use seccompProfile: {type: RuntimeDefault}',
    references: [STANDARD, 'https://kubernetes.io/docs/tutorials/security/seccomp/'],
    check: (pod) =>
      everywhere(pod, ['seccompProfile'], isUnsafeProfile, (profile) => `seccompProfile ${typeOf(profile)}`),
  },
  {
    id: 'kubernetes-sysctls',
    standard: 'baseline',
    severity: 'medium',
    title: 'A kernel parameter that reaches beyond the pod',
    why: 'Unsafe sysctls change the node or other pods.',
    fix: 'Remove the sysctl; set it on the node where it is needed',
    references: [STANDARD],
    check: ({ spec, object: { subject } }) =>
      at(spec, ['securityContext', 'sysctls'])
        .items()
        .map((one) => one.get('name'))
        .filter(({ scalar }) => scalar !== undefined && !SAFE_SYSCTLS.has(String(scalar)))
        .map(({ scalar, line }) => ({ message: `sysctl ${String(scalar)}`, line, subject })),
  },
];

function hostNamespace(field: string, id: string, title: string, why: string): PodRule {
  return {
    id: `kubernetes-host-${id}`,
    standard: 'baseline',
    severity: 'high',
    title,
    why,
    fix: `Remove ${field}: true`,
    references: [STANDARD],
    *check({ spec, object: { subject } }) {
      const value = spec.get(field);
      if (isTrue(value)) yield { message: `${field}: true`, line: value.line, subject };
    },
  };
}

/** Problems with a setting of containers. */
function ofContainers(
  { containers }: Pick<Pod, 'containers'>,
  path: readonly string[],
  breaks: (value: Value) => boolean,
  message: string | ((value: Value) => string),
): readonly PodProblem[] {
  return containers.flatMap(({ spec, subject }) => {
    const value = at(spec, path);
    if (!value.exists || !breaks(value)) return [];
    return [{ message: typeof message === 'string' ? message : message(value), line: value.line, subject }];
  });
}

/** Containers that see all of /proc. */
export function unmaskedProc(pod: Pod): readonly PodProblem[] {
  const breaks = ({ scalar }: Value): boolean => scalar !== 'Default';
  return ofContainers(pod, ['securityContext', 'procMount'], breaks, 'procMount is not Default');
}

/** Problems with a setting of a securityContext, of the pod and of each container. */
export function everywhere(
  pod: Pod,
  path: readonly string[],
  breaks: (value: Value) => boolean,
  message: string | ((value: Value) => string),
): readonly PodProblem[] {
  const whole: Container = { spec: pod.spec, kind: 'container', subject: pod.object.subject };
  return ofContainers({ containers: [whole, ...pod.containers] }, ['securityContext', ...path], breaks, message);
}

/** Capabilities that a container adds, as they are written: Kubernetes knows no other spelling of an allowed one. */
export function addedCapabilities(spec: Value): readonly { readonly name: string; readonly line: number }[] {
  return at(spec, ['securityContext', 'capabilities', 'add'])
    .items()
    .map(({ scalar, line }) => ({ name: String(scalar ?? ''), line }));
}

function isTrue({ scalar }: Value): boolean {
  return scalar === true;
}

/** Whether a profile of AppArmor or seccomp is one a pod may have. */
export function isUnsafeProfile(profile: Value): boolean {
  return !SAFE_PROFILES.has(profile.get('type').scalar);
}

function typeOf(profile: Value): string {
  return String(profile.get('type').scalar ?? 'without a type');
}
