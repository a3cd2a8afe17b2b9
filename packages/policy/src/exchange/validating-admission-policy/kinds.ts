import { POD_KINDS } from '@bulkhead/pod-rules';

/** Where the API server has each kind. */
const PLACES: Readonly<
  Record<string, { readonly group: string; readonly version: string; readonly resource: string }>
> = {
  Pod: { group: '', version: 'v1', resource: 'pods' },
  PodTemplate: { group: '', version: 'v1', resource: 'podtemplates' },
  ReplicationController: { group: '', version: 'v1', resource: 'replicationcontrollers' },
  Deployment: { group: 'apps', version: 'v1', resource: 'deployments' },
  ReplicaSet: { group: 'apps', version: 'v1', resource: 'replicasets' },
  StatefulSet: { group: 'apps', version: 'v1', resource: 'statefulsets' },
  DaemonSet: { group: 'apps', version: 'v1', resource: 'daemonsets' },
  Job: { group: 'batch', version: 'v1', resource: 'jobs' },
  CronJob: { group: 'batch', version: 'v1', resource: 'cronjobs' },
  DeploymentConfig: { group: 'apps.openshift.io', version: 'v1', resource: 'deploymentconfigs' },
  Rollout: { group: 'argoproj.io', version: 'v1alpha1', resource: 'rollouts' },
};

/** What a policy about some kinds looks at, all without; for pods also the subresources that change what runs in them. */
export function resourceRules(kinds: readonly string[] = POD_KINDS): readonly object[] {
  const byGroup = Map.groupBy(
    kinds.flatMap((kind) => PLACES[kind] ?? []),
    ({ group, version }) => `${group}/${version}`,
  );
  return [...byGroup.values()].map((places) => ({
    apiGroups: [places[0]?.group ?? ''],
    apiVersions: [places[0]?.version ?? ''],
    operations: ['CREATE', 'UPDATE'],
    resources: places.flatMap(({ resource }) =>
      resource === 'pods' ? ['pods', 'pods/ephemeralcontainers', 'pods/resize'] : [resource],
    ),
  }));
}
