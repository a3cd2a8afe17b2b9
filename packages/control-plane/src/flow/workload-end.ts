import type { ReportedWorkload } from '../workload/workload.ts';
import type { FlowEnd } from './flow.ts';

/** A CronJob names its jobs after the minute they are for, counted from 1970: eight digits until 2160. */
const MINUTE = /-\d{8}$/;
const ORDINAL = /-\d{1,10}$/;
/** What Kubernetes puts behind the name of a pod that it names. */
const RANDOM = /-[a-z0-9]{5}$/;

/** A workload as the end of a flow. Containers of a pod and pods of a controller are one end: they come and go, it stays. */
export function workloadEnd({
  name,
  namespace,
  owners,
  labels,
}: Pick<ReportedWorkload, 'name' | 'namespace' | 'owners' | 'labels'>): FlowEnd {
  const topmost = owners.at(-1);
  const called = topmost?.kind === 'Pod' ? controllerOfPod(topmost.name, labels) : topmost?.name;
  return { kind: 'workload', ...(namespace !== undefined && { namespace }), name: called ?? name };
}

/**
 * The name of a pod's controller, by the labels that Kubernetes gives to pods of each kind of controller. Container runtimes know
 * no owners beyond the pod, and where the api is in no cluster nobody does. A pod whose name does not fit its labels is called by its own.
 */
function controllerOfPod(pod: string, labels: Readonly<Record<string, string>>): string {
  const label = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  const before = (suffix: RegExp): string | undefined => (suffix.test(pod) ? pod.replace(suffix, '') : undefined);
  const job = label('batch.kubernetes.io/job-name') ?? label('job-name');
  if (job !== undefined && job !== '' && pod.startsWith(`${job}-`)) return job.replace(MINUTE, '') || pod;
  const hash = label('pod-template-hash');
  const replicas = before(RANDOM);
  if (hash !== undefined && replicas?.endsWith(`-${hash}`)) return replicas.slice(0, -hash.length - 1) || pod;
  if (label('statefulset.kubernetes.io/pod-name') === pod) return before(ORDINAL) || pod;
  // Of a DaemonSet, where it is not of a StatefulSet.
  if (label('controller-revision-hash') !== undefined) return replicas || pod;
  return pod;
}
