import type { WorkerCounters } from '@bulkhead/inspector';
import type { Metrics } from '@bulkhead/runtime';
import type { SentinelCounters } from '@bulkhead/sentinel';

/** How an agent stands with its control plane. */
export interface ControlPlaneState {
  readonly connected: boolean;
  readonly spooledBytes: number;
  readonly unfollowedServices: number;
}

/** The agent's metrics. Totals that the native threads keep are copied by `sample`. */
export interface AgentMetrics {
  countFinding(detector: string, sensor: string, verdict: string): void;
  countException(exception: string): void;
  countEventsLost(count: number): void;
  countFlow(verdict: string, ruleSet: string): void;
  countFlowsTold(verdict: string): void;
  countFlowPacketsNotCounted(packets: number): void;
  countProgramsTold(verdict: string): void;
  countProgramsNotCounted(count: number): void;
  countFilesTold(verdict: string): void;
  countFilesNotCounted(count: number): void;
  countUse(kind: 'process' | 'file', verdict: string, policy: string): void;
  countCapture(outcome: 'written' | 'failed'): void;
  countPolicy(outcome: 'loaded' | 'rejected'): void;
  /** The agent has seen the DaemonSet that it is of. */
  setInstallationSeen(): void;
  setControlPlane(state: ControlPlaneState): void;
  setNamespaces(counts: { readonly held: number; readonly failed: number }): void;
  setContainers(counts: {
    readonly held: number;
    readonly failed: number;
    readonly learnt: number;
    readonly lackFiles: number;
  }): void;
  sample(counters: WorkerCounters): void;
  /** Gives what is new since the last time. There are no counters until a container was to be held. */
  sampleSentinel(counters: SentinelCounters | undefined): { readonly undecided: number };
}

interface Inc {
  inc(by: number): void;
}

export function createAgentMetrics(metrics: Metrics): AgentMetrics {
  const findings = metrics.counter('findings_total', 'Findings told, by what was done', [
    'detector',
    'sensor',
    'verdict',
  ]);
  const exceptions = metrics.counter('exceptions_total', 'Reported exceptions of inspection', ['exception']);
  const lost = metrics.counter('events_lost_total', 'Events that were dropped because nobody read fast enough');
  const flows = metrics.counter('flow_packets_told_total', 'Packets that rules of the firewall told of', [
    'verdict',
    'rule_set',
  ]);
  const counted = metrics.counter(
    'flows_told_total',
    'Flows told, each with all that was counted since it was told last',
    ['verdict'],
  );
  const notCounted = metrics.counter('flow_packets_not_counted_total', 'Packets of flows that found no room');
  const programs = metrics.counter(
    'programs_told_total',
    'Programs told that containers ran, each with how often since it was told last',
    ['verdict'],
  );
  const programsNotCounted = metrics.counter(
    'programs_not_counted_total',
    'Programs that were run and found no room, or have no name that can be told',
  );
  const files = metrics.counter(
    'files_told_total',
    'Files told that containers wrote, each with how often since it was told last',
    ['verdict'],
  );
  const filesNotCounted = metrics.counter(
    'files_not_counted_total',
    'Files that were written and found no room, or have no name that can be told',
  );
  const uses = metrics.counter('uses_told_total', 'Uses of programs and files that a policy denies, by what was done', [
    'kind',
    'verdict',
    'policy',
  ]);
  const captures = metrics.counter('captures_total', 'Captures of sessions and by command', ['outcome']);
  const policies = metrics.counter('policy_changes_total', 'Policies read', ['outcome']);
  const namespaces = metrics.gauge('namespaces', 'Network namespaces by whether their plan is in force', ['state']);
  const containers = metrics.gauge('containers', 'Containers by whether their rules about programs and files hold', [
    'state',
  ]);
  const uncounted = metrics.gauge(
    'containers_files_not_counted',
    'Containers of which it is not counted what they write, for want of fanotify groups',
  );
  const unfollowed = metrics.gauge(
    'services_unfollowed',
    'Addresses of Services of which it is not known where they lead',
  );
  const unwatched = metrics.gauge('sentinel_unwatched_mounts', 'Mounts of held containers where nothing is asked');
  const sentinelTotals = {
    asked: metrics.counter('sentinel_questions_total', 'Programs and files that the kernel asked about'),
    denied: metrics.counter('sentinel_denied_total', 'Programs and files that were refused'),
    undecided: metrics.counter(
      'sentinel_undecided_total',
      'Programs and files that were judged without a name, because none could be told',
    ),
    errors: metrics.counter('sentinel_errors_total', 'Questions and answers that failed'),
  } as const;
  let lastOfSentinel: SentinelCounters | undefined;
  const connected = metrics.gauge(
    'control_plane_connected',
    'Whether the control plane is connected; absent without one',
  );
  const spooled = metrics.gauge('spool_bytes', 'Events that wait for the control plane');
  const seen = metrics.gauge(
    'daemonset_seen',
    'Whether the agent has seen its own DaemonSet; absent where it has none',
  );
  const active = metrics.gauge('sessions_active', 'Sessions being followed');
  const notInspected = metrics.counter('bytes_not_inspected_total', 'Payload that was not looked into', ['reason']);
  const totals = {
    sessionsOpened: metrics.counter('sessions_total', 'Sessions seen'),
    sessionsOffloaded: metrics.counter('sessions_offloaded_total', 'Encrypted sessions handed to the kernel'),
    sessionsBlocked: metrics.counter('sessions_blocked_total', 'Sessions stopped'),
    findings: metrics.counter('sightings_total', 'Everything found, repeats and what is below a threshold included'),
    packets: metrics.counter('packets_total', 'Packets inspected'),
    bytes: metrics.counter('bytes_total', 'Bytes of packets inspected'),
    queueOverruns: metrics.counter('queue_overruns_total', 'Packets that a full queue dropped or let through'),
  } as const;
  let last: WorkerCounters | undefined;

  return {
    countFinding: (detector, sensor, verdict) => findings.inc({ detector, sensor, verdict }),
    countException: (exception) => exceptions.inc({ exception }),
    countEventsLost: (count) => lost.inc(count),
    countFlow: (verdict, rule_set) => flows.inc({ verdict, rule_set }),
    countFlowsTold: (verdict) => counted.inc({ verdict }),
    countFlowPacketsNotCounted: (packets) => notCounted.inc(packets),
    countProgramsTold: (verdict) => programs.inc({ verdict }),
    countProgramsNotCounted: (count) => programsNotCounted.inc(count),
    countFilesTold: (verdict) => files.inc({ verdict }),
    countFilesNotCounted: (count) => filesNotCounted.inc(count),
    countUse: (kind, verdict, policy) => uses.inc({ kind, verdict, policy }),
    countCapture: (outcome) => captures.inc({ outcome }),
    countPolicy: (outcome) => policies.inc({ outcome }),
    setInstallationSeen: () => seen.set(1),
    setControlPlane: (state) => {
      connected.set({}, state.connected ? 1 : 0);
      spooled.set({}, state.spooledBytes);
      unfollowed.set({}, state.unfollowedServices);
    },
    setNamespaces: ({ held, failed }) => {
      namespaces.set({ state: 'in-force' }, held);
      namespaces.set({ state: 'failed' }, failed);
    },
    setContainers: ({ held, failed, learnt, lackFiles }) => {
      uncounted.set(lackFiles);
      containers.set({ state: 'held' }, held);
      containers.set({ state: 'failed' }, failed);
      containers.set({ state: 'learnt' }, learnt);
    },
    sampleSentinel(counters) {
      if (counters === undefined) return { undecided: 0 };
      const since = (name: keyof typeof sentinelTotals): number =>
        Math.max(0, counters[name] - (lastOfSentinel?.[name] ?? 0));
      for (const [name, counter] of Object.entries(sentinelTotals) as [keyof typeof sentinelTotals, Inc][]) {
        counter.inc(since(name));
      }
      unwatched.set(counters.unwatchedMounts);
      const undecided = since('undecided');
      lastOfSentinel = counters;
      return { undecided };
    },
    sample(counters) {
      active.set(counters.sessionsActive);
      for (const [name, counter] of Object.entries(totals) as [keyof typeof totals, Inc][]) {
        counter.inc(Math.max(0, counters[name] - (last?.[name] ?? 0)));
      }
      for (const [reason, bytes] of Object.entries(counters.notInspectedReasons)) {
        notInspected.inc({ reason }, Math.max(0, bytes - (last?.notInspectedReasons[reason] ?? 0)));
      }
      last = counters;
    },
  };
}
