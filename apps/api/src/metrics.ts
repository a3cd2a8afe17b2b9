import type { FileReport, FlowReport, ProgramReport } from '@bulkhead/control-plane';
import type { LeftOutCause } from '@bulkhead/policy';
import type { Metrics } from '@bulkhead/runtime';

/** The api's metrics. */
export interface ApiMetrics {
  readonly countAnswer: (method: string, route: string, status: number, seconds: number) => void;
  readonly countEvents: (stored: number, repeated: number) => void;
  readonly countFlows: (reports: readonly FlowReport[]) => void;
  readonly countPrograms: (reports: readonly ProgramReport[]) => void;
  readonly countFiles: (reports: readonly FileReport[]) => void;
  readonly countPruned: (what: 'events' | 'flows' | 'programs' | 'files', count: number) => void;
  readonly setAgents: (count: number) => void;
  readonly setLeftOut: (counts: ReadonlyMap<LeftOutCause, number>) => void;
  readonly setPolicy: (documents: number, isValid: boolean) => void;
  readonly alerts: AlertMetrics;
}

/** What is counted about alerts. */
export interface AlertMetrics {
  readonly countRaised: (count: number) => void;
  readonly countTried: (sink: string, outcome: 'delivered' | 'failed' | 'dead', count: number) => void;
  readonly countDropped: (sink: string, count: number) => void;
  readonly setCounts: (sink: string, waiting: number, dead: number) => void;
}

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

export function createApiMetrics(metrics: Metrics): ApiMetrics {
  const answers = metrics.counter('api_requests_total', 'Requests answered', ['method', 'route', 'status']);
  const seconds = metrics.histogram('api_request_seconds', 'Time to the answer', SECONDS, ['route']);
  const events = metrics.counter('api_events_total', 'Events of agents, by whether they were new', ['outcome']);
  const flows = metrics.counter('api_flows_total', 'Flows that agents told of, by what became of them', ['outcome']);
  const packets = metrics.counter('api_flow_packets_not_counted_total', 'Packets that agents had no room to count');
  const programs = metrics.counter('api_programs_total', 'Programs that agents told of, by what became of them', [
    'outcome',
  ]);
  const runs = metrics.counter(
    'api_program_runs_not_counted_total',
    'Runs of programs that agents had no room to tell',
  );
  const files = metrics.counter('api_files_total', 'Files that agents told were written, by what became of them', [
    'outcome',
  ]);
  const writes = metrics.counter(
    'api_file_writes_not_counted_total',
    'Writes of files that agents had no room to tell',
  );
  const pruned = metrics.counter('api_pruned_total', 'What was forgotten for its age or number', ['what']);
  const agents = metrics.gauge('api_agents_connected', 'Agents with a stream to this process');
  const leftOut = metrics.gauge('api_services_left_out', 'Services of which an agent is not told where they lead', [
    'cause',
  ]);
  const documents = metrics.gauge('api_policy_documents', 'Documents in force');
  const valid = metrics.gauge('api_policy_valid', 'Whether the policy can be read as it is now');
  const raised = metrics.counter('api_alerts_raised_total', 'Alerts raised');
  const tried = metrics.counter('api_alerts_tried_total', 'Alerts sent to a sink, by outcome', ['sink', 'outcome']);
  const dropped = metrics.counter('api_alerts_dropped_total', 'Alerts not queued, too many waiting', ['sink']);
  const kept = metrics.gauge('api_alerts', 'Alerts that wait for a sink or that it did not take', ['sink', 'state']);
  return {
    alerts: {
      countRaised: (count) => raised.inc(count),
      countTried: (sink, outcome, count) => tried.inc({ sink, outcome }, count),
      countDropped: (sink, count) => dropped.inc({ sink }, count),
      setCounts(sink, waiting, dead) {
        kept.set({ sink, state: 'waiting' }, waiting);
        kept.set({ sink, state: 'dead' }, dead);
      },
    },
    setLeftOut(counts) {
      for (const [cause, count] of counts) leftOut.set({ cause }, count);
    },
    countAnswer(method, route, status, took) {
      answers.inc({ method, route, status: String(status) });
      seconds.observe({ route }, took);
    },
    countEvents(stored, repeated) {
      events.inc({ outcome: 'stored' }, stored);
      events.inc({ outcome: 'repeated' }, repeated);
    },
    countFlows(reports) {
      for (const report of reports) {
        flows.inc({ outcome: 'kept' }, report.flows.length);
        flows.inc({ outcome: 'malformed' }, report.malformed);
        packets.inc({}, report.notCounted);
      }
    },
    countPrograms(reports) {
      for (const report of reports) {
        programs.inc({ outcome: 'kept' }, report.seen.length);
        programs.inc({ outcome: 'malformed' }, report.malformed);
        runs.inc({}, report.notCounted);
      }
    },
    countFiles(reports) {
      for (const report of reports) {
        files.inc({ outcome: 'kept' }, report.seen.length);
        files.inc({ outcome: 'malformed' }, report.malformed);
        writes.inc({}, report.notCounted);
      }
    },
    countPruned: (what, count) => pruned.inc({ what }, count),
    setAgents: (count) => agents.set(count),
    setPolicy(count, isValid) {
      documents.set(count);
      valid.set(isValid ? 1 : 0);
    },
  };
}
