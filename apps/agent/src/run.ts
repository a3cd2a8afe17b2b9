import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setInterval } from 'node:timers';
import { errorLine } from '@bulkhead/core';
import { sensorNameOf } from '@bulkhead/dlp';
import { type CapturedSession, capabilities, type InspectorEvent, namespaceAddresses } from '@bulkhead/inspector';
import { createMetrics, createShutdown, type Metrics, type Shutdown, serveHealth } from '@bulkhead/runtime';
import type { SentinelEvent } from '@bulkhead/sentinel';
import manifest from '../package.json' with { type: 'json' };
import { Agent, type AgentPorts } from './agent.ts';
import { CaptureStore } from './capture/capture-store.ts';
import { CommandCaptures } from './capture/command-captures.ts';
import type { AgentConfig } from './config.ts';
import { NativeSentinel } from './container/native-sentinel.ts';
import type { ControlPlane } from './control-plane/control-plane.ts';
import { KernelSteering } from './enforcement/kernel-steering.ts';
import { NativeInspector } from './enforcement/native-inspector.ts';
import { describeEvent } from './event/describe.ts';
import { createEventLog, type EventLog } from './event/event-log.ts';
import { withOcsf } from './event/ocsf.ts';
import { workloadName } from './event/subject.ts';
import { FlowEvents } from './firewall/flow-events.ts';
import { bootId, NameTables } from './firewall/name-tables.ts';
import { requireInspection } from './inspection.ts';
import { type AgentMetrics, createAgentMetrics } from './metrics.ts';
import { type PolicyChange, PolicyWatch } from './policy/policy-watch.ts';
import { requirePrivileges } from './privileges.ts';
import { LocalResponses } from './response/local-responses.ts';
import { QuarantineFile } from './response/quarantine-file.ts';
import { CommandScans, type ScanPlace } from './scan/command-scans.ts';
import { ScanFolder } from './scan/scan-folder.ts';
import { Installation } from './stop/installation.ts';
import { watchInventory } from './workload/inventory.ts';

/** How old the totals in the metrics may be. */
const SAMPLE_MS = 1_000;
/** Releasing some hundred namespaces takes longer than the default allows. */
const SHUTDOWN_MS = 30_000;
const MEBIBYTE = 2 ** 20;
const DAY_MS = 86_400_000;
/** By how much captures may be older than they are to be. */
const FORGET_MS = 3_600_000;

/** Runs the agent until it is told to end. Resolves with the exit code; throws when it cannot start. */
export async function runAgent(config: AgentConfig, configFile: string): Promise<number> {
  requirePrivileges();
  const folder = dirname(resolve(configFile));
  const outlets = openOutlets(config);
  const source = await openSource(config, folder, outlets);
  const first = await source.first();
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
    const parts = await start(config, folder, { ...outlets, source }, first, shutdown, fail);
    follow(parts, config, shutdown.signal, fail);
    const problems = await shutdown.done;
    parts.log.emit({ event: 'agent-stopped', problems, rules: parts.stop.rules });
    await parts.log.drained();
    return problems.length > 0 ? 1 : exitCode;
  } catch (error) {
    await shutdown.close('failed');
    throw error;
  }
}

/** Where the agent's policy comes from: files, or a control plane. */
type Source = PolicyWatch | ControlPlane;

interface Outlets {
  readonly registry: Metrics;
  readonly metrics: AgentMetrics;
  readonly log: EventLog;
  /** Has the control plane get every event too. */
  readonly tee: (take: (event: object) => void) => void;
}

interface Parts extends Outlets {
  readonly source: Source;
  readonly agent: Agent;
  readonly captures: CommandCaptures;
  readonly captureStore: CaptureStore;
  /** Where there is a control plane. */
  readonly scans: CommandScans | undefined;
  readonly scanFolder: ScanFolder | undefined;
  /** Where there is no control plane. */
  readonly local: LocalResponses | undefined;
  /** What became of the rules in the kernel, once the agent has ended. */
  readonly stop: { readonly rules: 'kept' | 'released' };
}

function openOutlets(config: AgentConfig): Outlets {
  const registry = createMetrics();
  const metrics = createAgentMetrics(registry);
  const source = { version: manifest.version, node: config.controlPlane?.node ?? hostname() };
  let take: ((event: object) => void) | undefined;
  const log = createEventLog(process.stdout, {
    onLost: (count) => metrics.countEventsLost(count),
    ...(config.events.findings === 'ocsf' && { render: (event) => withOcsf(event, source) }),
    onEvent: (event) => take?.(event),
  });
  const tee: Outlets['tee'] = (to) => {
    take = to;
  };
  return { registry, metrics, log, tee };
}

async function openSource(
  { policy = [], controlPlane }: AgentConfig,
  folder: string,
  { metrics, log, tee }: Outlets,
): Promise<Source> {
  if (controlPlane === undefined) return new PolicyWatch(policy.map((path) => resolve(folder, path)));
  // Loaded here: an agent without a control plane does not pay for what it takes to speak to one.
  const { ControlPlane: Plane } = await import('./control-plane/control-plane.ts');
  const plane = new Plane({
    config: controlPlane,
    folder,
    version: manifest.version,
    onLost: (count) => metrics.countEventsLost(count),
    onState: (state, why) => {
      log.emit({ event: 'control-plane', state, ...(why !== '' && { problem: why }) });
    },
    onProblem: (problem) => void process.stderr.write(`notice: ${problem}\n`),
  });
  tee((event) => plane.take(event));
  return plane;
}

async function start(
  config: AgentConfig,
  folder: string,
  outlets: Outlets & { readonly source: Source },
  first: PolicyChange,
  shutdown: Shutdown,
  onHopeless: (error: unknown) => void,
): Promise<Parts> {
  const { registry, metrics, log, source, tee } = outlets;
  const plane = source instanceof PolicyWatch ? undefined : source;
  if (plane !== undefined) shutdown.onClose('control plane', () => plane.close());
  const captures = new CaptureStore(resolve(folder, config.captures.folder), config.captures.maxMebibytes * MEBIBYTE);
  shutdown.onClose('captures', () => captures.settled());
  const forget = (): void => {
    const before = new Date(Date.now() - config.captures.maxDays * DAY_MS);
    captures.forget(before).catch((error: unknown) => void process.stderr.write(`${errorLine(error)}\n`));
  };
  forget();
  const forgetting = setInterval(forget, FORGET_MS);
  shutdown.onClose('old captures', () => clearInterval(forgetting));
  const commandCaptures = new CommandCaptures({
    store: captures,
    onWritten: ({ subject }, capture) => {
      metrics.countCapture('written');
      log.emit({ event: 'capture-written', ...capture, ...subject });
    },
    onFailed: ({ subject }, problem) => {
      metrics.countCapture('failed');
      log.emit({ event: 'capture-failed', problem, ...subject });
    },
  });
  shutdown.onClose('captures of commands', () => commandCaptures.stop());
  const inspector = new NativeInspector({
    threads: config.threads,
    captureRingBytes: config.captures.ringMebibytes * MEBIBYTE,
    onEvents: (events, lost) => reportEvents(parts, events, lost),
    onCapture: (captured) => void keepCapture(parts, captures, captured),
  });
  shutdown.onClose('inspector', () => inspector.stop());
  const sentinel = new NativeSentinel({
    isEnabled: config.sentinel.enabled,
    onEvents: (events, lost) => reportUses(parts, events, lost),
    onMissing: noticeOfSentinel,
    onLimitRaised: noticeOfLimit,
  });
  shutdown.onClose('sentinel', () => sentinel.stop());
  const steering = new KernelSteering((key, packets, overruns) => agent.onTold(key, packets, overruns));
  const onLost = (count: number): void => metrics.countEventsLost(count);
  const flows = new FlowEvents(log.emit, onLost);
  const ports: AgentPorts = {
    inspector,
    steering,
    sentinel,
    emit: log.emit,
    onHopeless,
    onLost,
    onFlow: (subject, flow) => {
      for (const ruleSet of flow.rule.ruleSets) metrics.countFlow(flow.verdict, ruleSet);
      flows.tell(subject, flow);
    },
    mayClear: () => plane?.notReady === undefined,
    nodeAddresses: () => namespaceAddresses('/proc/1/ns/net'),
  };
  const state = resolve(folder, config.controlPlane?.folder ?? config.stateFolder ?? 'state');
  const names = new NameTables({
    file: join(state, 'names.json'),
    boot: bootId(),
    onProblem: (problem) => void process.stderr.write(`notice: ${problem}\n`),
  });
  shutdown.onClose('names', () => names.close());
  const local =
    plane === undefined
      ? new LocalResponses({
          file: new QuarantineFile(join(state, 'quarantined-by-rules.json')),
          rules: first.policy.responses,
          now: Date.now,
          emit: log.emit,
          placeAt: (path) => agent.placeAt(path),
          quarantine: (ids) => void agent.setQuarantined(ids).catch(onHopeless),
          capture: (place, seconds, maxBytes) => commandCaptures.start(place, seconds, maxBytes),
          onProblem: (problem) => void process.stderr.write(`notice: ${problem}\n`),
        })
      : undefined;
  const agent: Agent = new Agent(config, first, ports, plane?.quarantined ?? local?.quarantined, names);
  if (local !== undefined) tee((event) => local.take(event));
  const scanFolder = plane === undefined ? undefined : new ScanFolder(join(state, 'scans'));
  const scans =
    scanFolder &&
    new CommandScans({
      folder: scanFolder,
      main: process.argv[1] ?? '',
      version: manifest.version,
      emit: log.emit,
      placeOf: (workloadId) => scanPlaceOf(agent, workloadId),
    });
  shutdown.onClose('scans', () => scans?.stop() ?? Promise.resolve());
  const windows = setInterval(() => flows.endWindow(), FlowEvents.windowMs);
  shutdown.onClose('flow events', () => {
    clearInterval(windows);
    flows.endWindow();
  });
  const installation = config.installation && new Installation(config.installation);
  void installation?.find(shutdown.signal, noticeOf).then((isSeen) => isSeen && metrics.setInstallationSeen());
  const stop: { rules: 'kept' | 'released' } = { rules: 'kept' };
  shutdown.onClose('namespaces', async () => {
    if (config.onStop === 'keep' && (await installation?.isGone()) !== true) return agent.leave();
    stop.rules = 'released';
    return agent.close();
  });
  const parts = {
    ...outlets,
    agent,
    local,
    captures: commandCaptures,
    captureStore: captures,
    scans,
    scanFolder,
    stop,
  };

  const address = await serveHealth(config.metrics, registry, shutdown, () => plane?.notReady ?? agent.notReady);
  const sampler = setInterval(() => {
    metrics.sample(inspector.counters());
    metrics.setNamespaces(agent.namespaces);
    metrics.setContainers(agent.containers.counts);
    const { undecided } = metrics.sampleSentinel(sentinel.counters());
    if (undecided > 0) log.emit({ event: 'uses-undecided', count: undecided });
    if (plane === undefined) return;
    plane.report(agent.enforcement);
    metrics.setControlPlane(plane.standing);
  }, SAMPLE_MS);
  shutdown.onClose('sampler', () => clearInterval(sampler));

  log.emit({ event: 'agent-started', version: manifest.version, pid: process.pid, ...address });
  if (plane?.notReady === undefined) announce(parts, first);
  return parts;
}

/** Follows what the agent depends on: its policy and the workloads of the node. */
function follow(parts: Parts, { workloads }: AgentConfig, signal: AbortSignal, fail: (error: unknown) => void): void {
  const { agent, captures, captureStore, scans, scanFolder, local, log, metrics, source } = parts;
  void source
    .follow({
      signal,
      onPolicy: (change) => {
        announce(parts, change);
        local?.setRules(change.policy.responses);
        return agent.setPolicy(change).catch(fail);
      },
      onRejected: (problems) => {
        metrics.countPolicy('rejected');
        log.emit({ event: 'policy-rejected', problems });
      },
      quarantine: (ids) => agent.setQuarantined(ids),
      capture: async (workloadId, seconds, maxBytes) => {
        const place = agent.placeOf(workloadId);
        if (place !== undefined) return captures.start(place, seconds, maxBytes);
        return { outcome: 'failed', message: 'there is no such workload on this node' };
      },
      scan: (workloadId, scanId) =>
        scans?.start(workloadId, scanId) ?? { outcome: 'unsupported', message: 'this agent has no control plane' },
      read: async (file, offset, maxBytes) =>
        (await captureStore.read(file, offset, maxBytes)) ?? scanFolder?.read(file, offset, maxBytes),
      enforcement: () => agent.enforcement,
      namesOf: (workloadId) => agent.namesOf(workloadId),
    })
    .catch(fail);
  watchInventory({
    ...workloads,
    signal,
    onWorkloads: (found, containers) => {
      // A pod without a container is nobody yet: what others know of are its containers.
      if (!(source instanceof PolicyWatch)) source.setWorkloads(found.filter(({ isPod }) => isPod !== true));
      agent.setWorkloads(found, containers).catch(fail);
    },
    onError: (error) => log.emit({ event: 'discovery-failed', problem: errorLine(error) }),
  }).catch(fail);
}

/** The first process of a node has its root. */
function scanPlaceOf(agent: Agent, workloadId: string): ScanPlace | undefined {
  if (workloadId === '') return { kind: 'node', pid: 1, name: 'the node', subject: {} };
  const container = agent.containerOf(workloadId);
  if (container === undefined) return undefined;
  const { pid, netns, namespace } = container;
  const named = workloadName(container);
  const name = [namespace, named.pod, named.name].filter((part) => part !== undefined).join('/');
  return { kind: 'container', pid, name, subject: { netns: netns.path, workloads: [named] } };
}

function noticeOf(why: string): void {
  const kept = 'the rules of this agent stay when it is uninstalled: "bulkhead agent --clean-up" removes them';
  process.stderr.write(`notice: the DaemonSet of this agent cannot be seen (${why}); ${kept}\n`);
}

function noticeOfSentinel(why: string): void {
  process.stderr.write(`notice: policies about programs and files are not enforced on this node: ${why}\n`);
}

function noticeOfLimit(from: number, to: number): void {
  process.stderr.write(
    `notice: fs.fanotify.max_user_groups of this node is raised from ${from} to ${to}: each container that is held to policies about programs and files takes one\n`,
  );
}

function reportUses({ agent, log, metrics }: Parts, events: readonly SentinelEvent[], lost: number): void {
  if (lost > 0) {
    metrics.countEventsLost(lost);
    log.emit({ event: 'events-lost', count: lost });
  }
  for (const event of events) {
    metrics.countUse(event.kind, event.verdict, event.policy);
    agent.containers.onUse(event);
  }
}

function reportEvents({ agent, log, metrics }: Parts, events: readonly InspectorEvent[], lost: number): void {
  if (lost > 0) {
    metrics.countEventsLost(lost);
    log.emit({ event: 'events-lost', count: lost });
  }
  for (const event of events) {
    if (event.kind === 'application-denied') {
      agent.onApplication(event);
      continue;
    }
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
