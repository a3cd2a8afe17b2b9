import { at, type KubernetesObject, type Value } from './object.ts';

/** A pod as an object describes it: its own, or the template of what makes pods. */
export interface Pod {
  readonly object: KubernetesObject;
  /** What has the pod's metadata and spec: the object, or what it makes pods from. */
  readonly template: Value;
  readonly spec: Value;
  readonly annotations: Value;
  readonly containers: readonly Container[];
  /** The labels that the pods will carry. */
  readonly labels: Value;
  /** Windows has none of the Linux security settings. */
  readonly windows: boolean;
  /** Whether its users are others on the node (`hostUsers: false`): root inside is nobody outside. */
  readonly userNamespace: boolean;
}

export interface Container {
  readonly spec: Value;
  readonly kind: 'container' | 'init' | 'ephemeral';
  /** `Deployment/shop/web container app`. */
  readonly subject: string;
}

/** Where each kind keeps its pod. */
const POD_PATHS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ['template'],
  Deployment: ['spec', 'template'],
  DeploymentConfig: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Rollout: ['spec', 'template'],
};

/** The kinds of objects that are pods or make them. */
export const POD_KINDS: readonly string[] = Object.keys(POD_PATHS);

/** The pod of an object; undefined for kinds that make none. */
export function podOf(object: KubernetesObject): Pod | undefined {
  const path = Object.hasOwn(POD_PATHS, object.kind) ? POD_PATHS[object.kind] : undefined;
  if (path === undefined) return undefined;
  const template = at(object.root, path);
  const spec = template.get('spec');
  if (!spec.exists) return undefined;
  return {
    object,
    template,
    spec,
    annotations: template.get('metadata').get('annotations'),
    labels: template.get('metadata').get('labels'),
    containers: [
      ...containersOf(object, spec.get('containers'), 'container'),
      ...containersOf(object, spec.get('initContainers'), 'init'),
      ...containersOf(object, spec.get('ephemeralContainers'), 'ephemeral'),
    ],
    windows: at(spec, ['os', 'name']).scalar === 'windows',
    userNamespace: spec.get('hostUsers').scalar === false,
  };
}

function containersOf(object: KubernetesObject, list: Value, kind: Container['kind']): readonly Container[] {
  const word = kind === 'container' ? 'container' : `${kind} container`;
  return list.items().map((spec, index) => {
    const name = String(spec.get('name').scalar ?? `#${index + 1}`);
    return { spec, kind, subject: `${object.subject} ${word} ${name}` };
  });
}

/** A security setting of a container, which overrides that of its pod. */
export function securitySetting(pod: Pod, container: Container, ...path: readonly string[]): Value {
  const own = at(container.spec, ['securityContext', ...path]);
  if (own.exists) return own;
  const shared = at(pod.spec, ['securityContext', ...path]);
  return shared.exists ? shared : own;
}
