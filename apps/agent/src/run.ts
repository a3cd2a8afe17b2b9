import { dirname, resolve } from 'node:path';
import { setInterval } from 'node:timers';
import { errorLine } from '@bulkhead/core';
import { sensorNameOf } from '@bulkhead/dlp';
import { type CapturedSession, capabilities, type InspectorEvent, namespaceAddresses } from '@bulkhead/inspector';
import { createMetrics, createShutdown, type Shutdown, serveHealth } from '@bulkhead/runtime';
import manifest from '../package.json' with { type: 'json' };
import { Agent } from './agent.ts';
import { CaptureStore } from './capture/capture-store.ts';
import type { AgentConfig } from './config.ts';
import { KernelSteering } from './enforcement/kernel-steering.ts';
import { NativeInspector } from './enforcement/native-inspector.ts';
import { describeEvent } from './event/describe.ts';
import { createEventLog, type EventLog } from './event/event-log.ts';
import { withOcsf } from './event/ocsf.ts';
import { FlowEvents } from './firewall/flow-events.ts';
import { requireInspection } from './inspection.ts';
import { type AgentMetrics, createAgentMetrics } from './metrics.ts';
import { type PolicyChange, PolicyWatch } from './policy/policy-watch.ts';
import { requirePrivileges } from './privileges.ts';
import { watchInventory } from './workload/inventory.ts';

/** How old the totals in the metrics may be. */
const SAMPLE_MS = 1_000;
/** Releasing some hundred namespaces takes longer than the default allows. */
const SHUTDOWN_MS = 30_000;
const MEBIBYTE = 2 ** 20;

/** Runs the agent until it is told to end. Resolves with the exit code; throws when it cannot start. */
export async function runAgent(config: AgentConfig, configFile: string): Promise<number> {
  requirePrivileges();
  const folder = dirname(resolve(configFile));
  const policies = new PolicyWatch(config.policy.map((path) => resolve(folder, path)));
  const first = await policies.first();
  const notice = requireInspection(capabilities(), first.policy);
  if (notice !== undefined) process.stderr.write(`${notice}\n`);

  const shutdown = createShutdown({ timeoutMs: SHUTDOWN_MS });
  let exitCode = 0;
  const fail = (error: unknown): void => {
    process.stderr.write(`${errorLine(error)}\n`);
    exitCode = 1;
    void shutdown.close('failed');
  };
  try {
    const parts = await start(config, folder, first, shutdown, fail);
    follow(parts, config, policies, shutdown.signal, fail);
    const problems = await shutdown.done;
    parts.log.emit({ event: 'agent-stopped', problems });
    await parts.log.drained();
    return problems.length > 0 ? 1 : exitCode;
  } catch (error) {
    await shutdown.close('failed');
    throw error;
  }
}

interface Parts {
  readonly agent: Agent;
  readonly log: EventLog;
  readonly metrics: AgentMetrics;
}

async function start(
  config: AgentConfig,
  folder: string,
  first: PolicyChange,
  shutdown: Shutdown,
  onHopeless: (error: unknown) => void,
): Promise<Parts> {
  const registry = createMetrics();
  const metrics = createAgentMetrics(registry);
  const log = createEventLog(
    process.stdout,
    (count) => metrics.countEventsLost(count),
    config.events.findings === 'ocsf' ? (event) => withOcsf(event, manifest.version) : undefined,
  );

  const captures = new CaptureStore(resolve(folder, config.captures.folder), config.captures.maxMebibytes * MEBIBYTE);
  shutdown.onClose('captures', () => captures.settled());
  const inspector = new NativeInspector({
    threads: config.threads,
    captureRingBytes: config.captures.ringMebibytes * MEBIBYTE,
    onEvents: (events, lost) => reportEvents(parts, events, lost),
    onCapture: (captured) => void keepCapture(parts, captures, captured),
  });
  shutdown.onClose('inspector', () => inspector.stop());
  const steering = new KernelSteering((key, packets, overruns) => agent.onTold(key, packets, overruns));
  const onLost = (count: number): void => metrics.countEventsLost(count);
  const flows = new FlowEvents(log.emit, onLost);
  const agent = new Agent(config, first.policy, {
    inspector,
    steering,
    emit: log.emit,
    onHopeless,
    onLost,
    onFlow: (subject, flow) => {
      for (const ruleSet of flow.rule.ruleSets) metrics.countFlow(flow.verdict, ruleSet);
      flows.tell(subject, flow);
    },
    nodeAddresses: () => namespaceAddresses('/proc/1/ns/net'),
  });
  const windows = setInterval(() => flows.endWindow(), FlowEvents.windowMs);
  shutdown.onClose('flow events', () => {
    clearInterval(windows);
    flows.endWindow();
  });
  shutdown.onClose('namespaces', () => agent.close());
  const parts = { agent, log, metrics };

  const address = await serveHealth(config.metrics, registry, shutdown, () => agent.notReady);
  const sampler = setInterval(() => {
    metrics.sample(inspector.counters());
    metrics.setNamespaces(agent.namespaces);
  }, SAMPLE_MS);
  shutdown.onClose('sampler', () => clearInterval(sampler));

  log.emit({ event: 'agent-started', version: manifest.version, pid: process.pid, ...address });
  announce(parts, first);
  return parts;
}

/** Follows what the agent depends on: the policy's files and the workloads of the node. */
function follow(
  parts: Parts,
  { workloads }: AgentConfig,
  policies: PolicyWatch,
  signal: AbortSignal,
  fail: (error: unknown) => void,
): void {
  const { agent, log, metrics } = parts;
  void policies.follow({
    signal,
    onPolicy: (change) => {
      announce(parts, change);
      agent.setPolicy(change).catch(fail);
    },
    onRejected: (problems) => {
      metrics.countPolicy('rejected');
      log.emit({ event: 'policy-rejected', problems });
    },
  });
  watchInventory({
    ...workloads,
    signal,
    onWorkloads: (found) => void agent.setWorkloads(found).catch(fail),
    onError: (error) => log.emit({ event: 'discovery-failed', problem: errorLine(error) }),
  }).catch(fail);
}

function reportEvents({ agent, log, metrics }: Parts, events: readonly InspectorEvent[], lost: number): void {
  if (lost > 0) {
    metrics.countEventsLost(lost);
    log.emit({ event: 'events-lost', count: lost });
  }
  for (const event of events) {
    if (event.kind === 'finding') metrics.countFinding(event.detector, sensorNameOf(event.sensor), event.verdict);
    if (event.kind === 'exception') metrics.countException(event.exception);
    log.write(describeEvent(event, agent.subjectOf(event.source)));
  }
}

async function keepCapture(
  { agent, log, metrics }: Parts,
  store: CaptureStore,
  captured: CapturedSession,
): Promise<void> {
  const { source, sessionId, pcapng } = captured;
  try {
    const { file, bytes } = await store.store(sessionId, new Date(), pcapng);
    metrics.countCapture('written');
    log.emit({ event: 'capture-written', file, bytes, sessionId: String(sessionId), ...agent.subjectOf(source) });
  } catch (error) {
    metrics.countCapture('failed');
    process.stderr.write(`${errorLine(error)}\n`);
  }
}

function announce({ log, metrics }: Parts, { policy, files }: PolicyChange): void {
  metrics.countPolicy('loaded');
  log.emit({ event: 'policy-loaded', files, groups: policy.groups.length, sensors: policy.sensors.size });
}
