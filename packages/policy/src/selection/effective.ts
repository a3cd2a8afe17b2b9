import {
  compareExceptionPolicies,
  compareModes,
  type ExceptionPolicies,
  type ExceptionPolicy,
  type FailurePolicy,
  HOOKS,
  type Hook,
  type Mode,
  type PeerBinding,
  type Sensor,
  type SensorBinding,
  TRAFFIC_EXCEPTIONS,
  type TrafficException,
  type WorkloadGroup,
} from '@bulkhead/core';

/** A sensor, and the peers whose sessions alone it concerns where every group that counts says so. */
export type BoundSensor = Sensor & { readonly peers?: readonly Omit<PeerBinding, 'name'>[] };

/** What holds for a workload once all groups that select it have spoken. */
export interface EffectivePolicy {
  /** Names of the groups, sorted. */
  readonly groups: readonly string[];
  readonly mode: Mode;
  /** Sorted by name; each with the action that its groups' modes leave it. */
  readonly sensors: readonly BoundSensor[];
  readonly hooks: readonly Hook[];
  readonly onFailure: FailurePolicy;
  readonly exceptions: ExceptionPolicies;
  readonly capture: boolean;
  /** Whether a group in `protect` cuts the workload off from all others. Absent: no. */
  readonly quarantine?: boolean;
}

/**
 * Joins the groups that select a workload (or several workloads that share a network namespace). Nothing for none.
 *
 * The strictest mode, failure policy and exception policy win; sensors and hooks are united. Only what a group in
 * `protect` asks for may interrupt traffic: a sensor bound by groups in `discover` or `monitor` alone is lowered to
 * `alert`, so is a `block` among their exceptions, and their `closed` counts as `open`. So a group in `monitor` can
 * be laid over a protected one to try a sensor, and never stops anything.
 *
 * `sensors` holds every sensor the policy knows, by name; names that are not in it are passed over, because the
 * loader has already refused a policy that holds one.
 */
export function effectivePolicy(
  groups: readonly WorkloadGroup[],
  sensors: ReadonlyMap<string, Sensor>,
): EffectivePolicy | undefined {
  if (groups.length === 0) return undefined;
  const hooks = new Set(groups.flatMap((group) => group.hooks));
  return {
    groups: [...new Set(groups.map((group) => group.name))].toSorted(),
    mode: groups.map((group) => group.mode).reduce((a, b) => (compareModes(a, b) >= 0 ? a : b)),
    sensors: joinSensors(groups, sensors),
    hooks: HOOKS.filter((hook) => hooks.has(hook)),
    onFailure: groups.some((group) => enforces(group) && group.onFailure === 'closed') ? 'closed' : 'open',
    exceptions: joinExceptions(groups),
    capture: groups.some((group) => group.capture),
    ...(groups.some((group) => enforces(group) && group.quarantine === true) && { quarantine: true }),
  };
}

function enforces(group: WorkloadGroup): boolean {
  return group.mode === 'protect';
}

function joinSensors(groups: readonly WorkloadGroup[], sensors: ReadonlyMap<string, Sensor>): BoundSensor[] {
  const enforced = bindingsByName(groups.filter(enforces));
  const all = bindingsByName(groups);
  const names = [...all.keys()].toSorted();
  return names.flatMap((name) => {
    const sensor = sensors.get(name);
    if (sensor === undefined) return [];
    const interrupts = sensor.action === 'mask' || sensor.action === 'block';
    // What a group in protect wants stopped must not be stopped where only a group in monitor looks.
    const peers = peersOf((interrupts ? enforced.get(name) : undefined) ?? all.get(name) ?? []);
    const bound = peers === undefined ? sensor : { ...sensor, peers };
    return [enforced.has(name) || !interrupts ? bound : { ...bound, action: 'alert' as const }];
  });
}

function bindingsByName(groups: readonly WorkloadGroup[]): ReadonlyMap<string, SensorBinding[]> {
  return Map.groupBy(
    groups.flatMap((group) => group.sensors),
    (binding) => (typeof binding === 'string' ? binding : binding.name),
  );
}

/** All peers of some bindings, or nothing where one of them is for all traffic. */
function peersOf(bindings: readonly SensorBinding[]): BoundSensor['peers'] {
  const peers = bindings.flatMap((binding) => (typeof binding === 'string' ? [] : [binding]));
  if (peers.length < bindings.length) return undefined;
  return peers.map(({ from, to }) => ({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) }));
}

function joinExceptions(groups: readonly WorkloadGroup[]): ExceptionPolicies {
  const joined: Partial<Record<TrafficException, ExceptionPolicy>> = {};
  for (const exception of TRAFFIC_EXCEPTIONS) {
    for (const group of groups) {
      const asked = group.exceptions[exception];
      if (asked === undefined) continue;
      const policy = asked === 'block' && !enforces(group) ? 'alert' : asked;
      const known = joined[exception];
      if (known === undefined || compareExceptionPolicies(policy, known) > 0) joined[exception] = policy;
    }
  }
  return joined;
}
