import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectOf } from './object.ts';
import { plainValue } from './plain-value.ts';
import { POD_KINDS, podOf } from './pod.ts';
import { podSecurityRules } from './pod-security.ts';

type Json = Readonly<Record<string, unknown>>;

/** How far a pod comes, as the documentation and the fixtures of Kubernetes' own admission say for 1.36. */
type Level = 'privileged' | 'baseline' | 'restricted';

/** What "restricted" replaces by rules for Linux alone. The API server refuses pods of Windows that set either. */
const LET_OFF_ON_WINDOWS = ['kubernetes-capabilities', 'kubernetes-seccomp-unconfined'];

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

/** Each case changes a pod that is in order at the level restricted. */
const CASES: readonly (readonly [string, Level, (pod: Changes) => void])[] = [
  ['nothing wrong', 'restricted', () => undefined],
  // Host namespaces
  ['hostNetwork false', 'restricted', ({ spec }) => spec({ hostNetwork: false })],
  ['hostNetwork', 'privileged', ({ spec }) => spec({ hostNetwork: true })],
  ['hostPID', 'privileged', ({ spec }) => spec({ hostPID: true })],
  ['hostIPC', 'privileged', ({ spec }) => spec({ hostIPC: true })],
  ['a Windows host process in a pod', 'privileged', ({ shared }) => shared({ windowsOptions: { hostProcess: true } })],
  [
    'a Windows host process in a container',
    'privileged',
    ({ each }) => each({ windowsOptions: { hostProcess: true } }),
  ],
  ['Windows options without it', 'restricted', ({ shared }) => shared({ windowsOptions: { runAsUserName: 'a' } })],
  // Privileged, capabilities
  ['privileged false', 'restricted', ({ each }) => each({ privileged: false })],
  ['privileged', 'privileged', ({ each }) => each({ privileged: true })],
  ['no capabilities', 'baseline', ({ each }) => each({ capabilities: undefined })],
  ['NET_BIND_SERVICE', 'restricted', ({ each }) => each(capabilities(['ALL'], ['NET_BIND_SERVICE']))],
  ['CHOWN', 'baseline', ({ each }) => each(capabilities(['ALL'], ['CHOWN']))],
  ['NET_RAW', 'privileged', ({ each }) => each(capabilities(['ALL'], ['NET_RAW']))],
  ['an allowed capability with CAP_', 'privileged', ({ each }) => each(capabilities(['ALL'], ['CAP_CHOWN']))],
  ['an allowed capability in small letters', 'privileged', ({ each }) => each(capabilities(['ALL'], ['chown']))],
  ['adding ALL', 'privileged', ({ each }) => each(capabilities(['ALL'], ['ALL']))],
  ['dropping all in small letters', 'baseline', ({ each }) => each(capabilities(['all'], []))],
  ['dropping some', 'baseline', ({ each }) => each(capabilities(['NET_RAW', 'MKNOD'], []))],
  // Volumes
  ['hostPath', 'privileged', ({ volume }) => volume({ hostPath: { path: '/etc' } })],
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected'].map(
    (type) => [`a volume ${type}`, 'restricted', ({ volume }: Changes) => volume({ [type]: {} })] as const,
  ),
  ['a volume of no type, which is an emptyDir', 'restricted', ({ volume }) => volume({})],
  ['a volume whose type is null', 'restricted', ({ volume }) => volume({ nfs: null })],
  ...['awsElasticBlockStore', 'azureDisk', 'cephfs', 'fc', 'flexVolume', 'gitRepo', 'iscsi', 'nfs', 'rbd'].map(
    (type) => [`a volume ${type}`, 'baseline', ({ volume }: Changes) => volume({ [type]: {} })] as const,
  ),
  // Ports
  ['hostPort 0', 'restricted', ({ container }) => container({ ports: [{ containerPort: 80, hostPort: 0 }] })],
  ['hostPort', 'privileged', ({ container }) => container({ ports: [{ containerPort: 80, hostPort: 80 }] })],
  // Probes and hooks
  ['a probe without host', 'restricted', ({ container }) => container({ livenessProbe: { httpGet: { host: '' } } })],
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) =>
    ['httpGet', 'tcpSocket'].map(
      (way) =>
        [
          `a host in ${probe} ${way}`,
          'privileged',
          ({ container }: Changes) => container({ [probe]: { [way]: { host: '127.0.0.1' } } }),
        ] as const,
    ),
  ),
  ...['postStart', 'preStop'].map(
    (hook) =>
      [
        `a host in ${hook}`,
        'privileged',
        ({ container }: Changes) => container({ lifecycle: { [hook]: { httpGet: { host: 'example.org' } } } }),
      ] as const,
  ),
  // AppArmor
  ['AppArmor RuntimeDefault', 'restricted', ({ each }) => each({ appArmorProfile: { type: 'RuntimeDefault' } })],
  ['AppArmor Localhost', 'restricted', ({ each }) => each({ appArmorProfile: { type: 'Localhost' } })],
  ['AppArmor Unconfined', 'privileged', ({ each }) => each({ appArmorProfile: { type: 'Unconfined' } })],
  [
    'AppArmor Unconfined for the pod',
    'privileged',
    ({ shared }) => shared({ appArmorProfile: { type: 'Unconfined' } }),
  ],
  ['AppArmor of an unknown type', 'privileged', ({ each }) => each({ appArmorProfile: { type: 'Other' } })],
  [
    'an AppArmor annotation of the runtime',
    'restricted',
    ({ annotate }) => annotate(`${APPARMOR}a`, 'runtime/default'),
  ],
  ['an AppArmor annotation of the node', 'restricted', ({ annotate }) => annotate(`${APPARMOR}a`, 'localhost/mine')],
  ['an empty AppArmor annotation', 'restricted', ({ annotate }) => annotate(`${APPARMOR}a`, '')],
  ['an AppArmor annotation unconfined', 'privileged', ({ annotate }) => annotate(`${APPARMOR}a`, 'unconfined')],
  ['an AppArmor annotation of anything else', 'privileged', ({ annotate }) => annotate(`${APPARMOR}b`, 'bogus')],
  // SELinux
  ...['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'].map(
    (type) =>
      [
        `SELinux ${type}`,
        'restricted',
        ({ each }: Changes) => each({ seLinuxOptions: { type, level: 's0' } }),
      ] as const,
  ),
  ['another SELinux type', 'privileged', ({ shared }) => shared({ seLinuxOptions: { type: 'spc_t' } })],
  ['an SELinux user', 'privileged', ({ each }) => each({ seLinuxOptions: { user: 'sysadm_u' } })],
  ['an SELinux role', 'privileged', ({ shared }) => shared({ seLinuxOptions: { role: 'sysadm_r' } })],
  // /proc
  ['procMount Default', 'restricted', ({ each }) => each({ procMount: 'Default' })],
  ['procMount Unmasked', 'privileged', ({ each }) => each({ procMount: 'Unmasked' })],
  [
    'procMount Unmasked in a user namespace',
    'baseline',
    ({ spec, each }) => {
      spec({ hostUsers: false });
      each({ procMount: 'Unmasked' });
    },
  ],
  // seccomp
  ['seccomp Unconfined', 'privileged', ({ each }) => each({ seccompProfile: { type: 'Unconfined' } })],
  ['seccomp of an unknown type', 'privileged', ({ each }) => each({ seccompProfile: { type: 'Other' } })],
  ['seccomp without a type', 'privileged', ({ each }) => each({ seccompProfile: {} })],
  [
    'seccomp Unconfined for the pod, though each container has one',
    'privileged',
    ({ shared, each }) => {
      shared({ seccompProfile: { type: 'Unconfined' } });
      each({ seccompProfile: { type: 'RuntimeDefault' } });
    },
  ],
  ['no seccomp', 'baseline', ({ shared }) => shared({ seccompProfile: undefined })],
  [
    'seccomp in each container alone',
    'restricted',
    ({ shared, each }) => {
      shared({ seccompProfile: undefined });
      each({ seccompProfile: { type: 'Localhost', localhostProfile: 'a' } });
    },
  ],
  // sysctls
  ['no sysctls', 'restricted', ({ shared }) => shared({ sysctls: [] })],
  ...['kernel.shm_rmid_forced', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_keepalive_time'].map(
    (name) => [`sysctl ${name}`, 'restricted', ({ shared }: Changes) => shared({ sysctls: [{ name }] })] as const,
  ),
  ['another sysctl', 'privileged', ({ shared }) => shared({ sysctls: [{ name: 'kernel.msgmax', value: '1' }] })],
  // Privilege escalation
  ['allowPrivilegeEscalation unset', 'baseline', ({ each }) => each({ allowPrivilegeEscalation: undefined })],
  ['allowPrivilegeEscalation', 'baseline', ({ each }) => each({ allowPrivilegeEscalation: true })],
  // Users
  ['runAsNonRoot nowhere', 'baseline', ({ shared }) => shared({ runAsNonRoot: undefined })],
  [
    'runAsNonRoot in each container alone',
    'restricted',
    ({ shared, each }) => {
      shared({ runAsNonRoot: undefined });
      each({ runAsNonRoot: true });
    },
  ],
  [
    'runAsNonRoot false for the pod, though each container says true',
    'baseline',
    ({ shared, each }) => {
      shared({ runAsNonRoot: false });
      each({ runAsNonRoot: true });
    },
  ],
  ['runAsNonRoot false in containers', 'baseline', ({ each }) => each({ runAsNonRoot: false })],
  ['runAsNonRoot null in containers', 'restricted', ({ each }) => each({ runAsNonRoot: null })],
  ['runAsUser 0 for the pod', 'baseline', ({ shared }) => shared({ runAsUser: 0 })],
  ['runAsUser 0 in containers', 'baseline', ({ each }) => each({ runAsUser: 0 })],
  ['runAsUser 1', 'restricted', ({ each }) => each({ runAsUser: 1 })],
  [
    'root in a user namespace',
    'restricted',
    ({ spec, shared, each }) => {
      spec({ hostUsers: false });
      shared({ runAsNonRoot: undefined });
      each({ runAsUser: 0 });
    },
  ],
  [
    'root with hostUsers true',
    'baseline',
    ({ spec, each }) => {
      spec({ hostUsers: true });
      each({ runAsUser: 0 });
    },
  ],
  // Windows
  [
    'Windows without the settings of Linux',
    'restricted',
    ({ spec, shared, each }) => {
      spec({ os: { name: 'windows' } });
      shared({ seccompProfile: undefined });
      each({ allowPrivilegeEscalation: undefined, capabilities: undefined });
    },
  ],
  [
    'Windows without runAsNonRoot',
    'baseline',
    ({ spec, shared }) => {
      spec({ os: { name: 'windows' } });
      shared({ runAsNonRoot: undefined });
    },
  ],
  [
    'Linux by name without its settings',
    'baseline',
    ({ spec, shared }) => {
      spec({ os: { name: 'linux' } });
      shared({ seccompProfile: undefined });
    },
  ],
];

describe('podSecurityRules', () => {
  it.each(CASES)('lets %s as far as %s', (_, expected, change) => {
    for (const where of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
      expect(levelOf(pod(where, change)), where).toBe(expected);
    }
  });

  it('says of seccomp and capabilities on Windows only at the baseline, as Kubernetes does', () => {
    const object = pod('containers', ({ spec, shared, each }) => {
      spec({ os: { name: 'windows' } });
      shared({ seccompProfile: { type: 'Unconfined' } });
      each({ allowPrivilegeEscalation: undefined, capabilities: { add: ['NET_RAW'] } });
    });

    expect(new Set(problemsOf(object, 'baseline'))).toEqual(new Set(LET_OFF_ON_WINDOWS));
    expect(problemsOf(object, 'restricted')).toEqual([]);
  });

  it('finds the pod of every kind that makes pods', () => {
    const template = pod('initContainers', ({ each }) => each({ privileged: true }));
    const wrapped: Readonly<Record<string, Json>> = {
      Pod: template,
      PodTemplate: { template },
      CronJob: { spec: { jobTemplate: { spec: { template } } } },
    };
    for (const kind of POD_KINDS) {
      const object = { apiVersion: 'v1', metadata: { name: 'a' }, ...(wrapped[kind] ?? { spec: { template } }), kind };

      expect(problemsOf(object, 'baseline'), kind).toEqual(['kubernetes-privileged']);
    }
  });

  it('never says less at a stricter level but where that level lets Windows off, and never throws', () => {
    fc.assert(
      fc.property(fc.subarray(CASES.map(([, , change]) => change)), fc.jsonValue(), (changes, junk) => {
        const object = pod('containers', (changed) => {
          for (const change of changes) change(changed);
        });
        const [baseline, restricted] = [problemsOf(object, 'baseline'), problemsOf(object, 'restricted')];
        const letOff = isForWindows(object) ? LET_OFF_ON_WINDOWS : [];

        expect(baseline.filter((rule) => !restricted.includes(rule) && !letOff.includes(rule))).toEqual([]);
        expect(problemsOf({ apiVersion: 'v1', kind: 'Pod', spec: junk }, 'restricted')).toBeInstanceOf(Array);
        const spec = { containers: junk, volumes: junk, securityContext: junk };
        expect(problemsOf({ apiVersion: 'v1', kind: 'Pod', spec }, 'restricted')).toBeInstanceOf(Array);
      }),
      { numRuns: 300 },
    );
  });
});

interface Changes {
  readonly spec: (members: Json) => void;
  /** The securityContext of the pod. */
  readonly shared: (members: Json) => void;
  /** The securityContext of the containers under test. */
  readonly each: (members: Json) => void;
  readonly container: (members: Json) => void;
  readonly volume: (source: Json) => void;
  readonly annotate: (key: string, value: string) => void;
}

function capabilities(drop: readonly string[], add: readonly string[]): Json {
  return { capabilities: { drop, add } };
}

function pod(where: 'containers' | 'initContainers' | 'ephemeralContainers', change: (pod: Changes) => void) {
  const securityContext: Json = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const shared = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const tried = { name: 'tried', securityContext: { ...securityContext } };
  const annotations: Record<string, string> = {};
  const spec: Record<string, unknown> = {
    securityContext: shared,
    containers: [{ name: 'good', securityContext: { ...securityContext, ...shared } }],
    volumes: [],
  };
  spec[where] = [...(where === 'containers' ? (spec[where] as Json[]) : []), tried];
  change({
    spec: (members) => Object.assign(spec, members),
    shared: (members) => Object.assign(shared, members),
    each: (members) => Object.assign(tried.securityContext, members),
    container: (members) => Object.assign(tried, members),
    volume: (source) => (spec['volumes'] as Json[]).push({ name: 'v', ...source }),
    annotate: (key, value) => Object.assign(annotations, { [key]: value }),
  });
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', annotations }, spec };
}

function isForWindows({ spec }: ReturnType<typeof pod>): boolean {
  return (spec['os'] as Json | undefined)?.['name'] === 'windows';
}

function levelOf(object: Json): Level {
  if (problemsOf(object, 'baseline').length > 0) return 'privileged';
  return problemsOf(object, 'restricted').length > 0 ? 'baseline' : 'restricted';
}

function problemsOf(object: Json, level: 'baseline' | 'restricted'): readonly string[] {
  const known = objectOf(plainValue(object));
  const found = known === undefined ? undefined : podOf(known);
  return found === undefined
    ? []
    : podSecurityRules(found, level).flatMap((rule) => [...rule.check(found)].map(() => rule.id));
}
