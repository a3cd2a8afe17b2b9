import { dirname, join, resolve } from 'node:path';
import { setInterval } from 'node:timers';
import { errorLine } from '@bulkhead/core';
import { capabilities, namespaceAddresses } from '@bulkhead/inspector';
import { emptyFlows, readFlows } from '@bulkhead/nftables';
import { compactHeap, createShutdown, type Shutdown, serveHealth } from '@bulkhead/runtime';
import manifest from '../package.json' with { type: 'json' };
import { Agent, type AgentPorts } from './agent.ts';
import { Captures } from './capture/captures.ts';
import type { AgentConfig } from './config.ts';
import { NativeSentinel } from './container/native-sentinel.ts';
import { sourceId } from './enforcement/guard.ts';
import { KernelSteering } from './enforcement/kernel-steering.ts';
import { NativeInspector } from './enforcement/native-inspector.ts';
import { reportEvents, reportUses } from './event/report.ts';
import { watchFiles } from './file/watch-files.ts';
import { FlowEvents } from './firewall/flow-events.ts';
import { bootId, NameTables } from './firewall/name-tables.ts';
import { FlowWatch } from './flow/flow-watch.ts';
import { requireInspection } from './inspection.ts';
import { notice } from './notice.ts';
import { type Outlets, openOutlets } from './outlets.ts';
import { type PolicyChange, PolicyWatch } from './policy/policy-watch.ts';
import { requirePrivileges } from './privileges.ts';
import { watchPrograms } from './program/watch-programs.ts';
import { LocalResponses } from './response/local-responses.ts';
import { QuarantineFile } from './response/quarantine-file.ts';
import { CommandScans } from './scan/command-scans.ts';
import { ScanFolder } from './scan/scan-folder.ts';
import { scanPlaceOf } from './scan/scan-place.ts';
import { openSource, type Source } from './source.ts';
import { Installation } from './stop/installation.ts';
import { watchInventory } from './workload/inventory.ts';

/** What still runs is told anew so often: a control plane forgets what it was not told of for weeks. */
const RUNNING_AGAIN_MS = 86_400_000;
/** A log that was opened since the last look is told by the next one, as it may not be closed for months. */
const OPEN_AGAIN_MS = 300_000;
/** How old the totals in the metrics may be. */
const SAMPLE_MS = 1_000;
/** Releasing some hundred namespaces takes longer than the default allows. */
const SHUTDOWN_MS = 30_000;
const MEBIBYTE = 2 ** 20;
/** Runs the agent until it is told to end. Resolves with the exit code; throws when it cannot start. */
export async function runAgent(config: AgentConfig, configFile: string): Promise<number> {
  requirePrivileges();
  const folder = dirname(resolve(configFile));
  const outlets = openOutlets(config);
  const source = await openSource(config, folder, outlets);
  const first = await source.first();
  const lacking = requireInspection(capabilities(), first.policy);
  if (lacking !== undefined) process.stderr.write(`${lacking}\n`);

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

interface Parts extends Outlets {
  readonly source: Source;
  readonly agent: Agent;
  readonly captures: Captures;
  /** Where there is a control plane. */
  readonly scans: CommandScans | undefined;
  /** Where there is no control plane. */
  readonly local: LocalResponses | undefined;
  /** What became of the rules in the kernel, once the agent has ended. */
  readonly stop: { readonly rules: 'kept' | 'released' };
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
  const captures = new Captures({
    folder: resolve(folder, config.captures.folder),
    maxBytes: config.captures.maxMebibytes * MEBIBYTE,
    maxDays: config.captures.maxDays,
    log,
    metrics,
  });
  shutdown.onClose('captures', () => captures.stop());
  const inspector = new NativeInspector({
    threads: config.threads,
    captureRingBytes: config.captures.ringMebibytes * MEBIBYTE,
    onEvents: (events, lost) => reportEvents(parts, events, lost),
    onCapture: (captured) => void captures.keep(captured, agent.subjectOf(captured.source) ?? {}),
  });
  shutdown.onClose('inspector', () => inspector.stop());
  const sentinel = new NativeSentinel({
    isEnabled: config.sentinel.enabled,
    onEvents: (events, lost) => reportUses(parts, events, lost),
    onMissing: noticeOfSentinel,
    onLimitRaised: noticeOfLimit,
  });
  shutdown.onClose('sentinel', () => sentinel.stop());
  const steering = new KernelSteering({
    onTold: (key, packets, overruns) => agent.onTold(key, packets, overruns),
    countsFlows: config.flows,
    onProblem: notice,
  });
  const nodeAddresses = (): readonly string[] => namespaceAddresses('/proc/1/ns/net');
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
    nodeAddresses,
    onCounting: notice,
    onAnswer: (key, answer) => watch.learn(key, answer),
    onWorkloads: (plan) => void watch.look(plan),
    onLettingGo: (plan) => watch.finish(plan),
  };
  const state = resolve(folder, config.controlPlane?.folder ?? config.stateFolder ?? 'state');
  const names = new NameTables({
    file: join(state, 'names.json'),
    boot: bootId(),
    onProblem: notice,
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
          capture: (place, seconds, maxBytes) => captures.start(place, seconds, maxBytes),
          onProblem: notice,
        })
      : undefined;
  const agent: Agent = new Agent(config, first, ports, plane?.quarantined ?? local?.quarantined, names);
  if (local !== undefined) tee((event) => local.take(event));
  const scans =
    plane === undefined
      ? undefined
      : new CommandScans({
          folder: new ScanFolder(join(state, 'scans')),
          main: process.argv[1] ?? '',
          version: manifest.version,
          emit: log.emit,
          placeOf: (workloadId) => scanPlaceOf(agent, workloadId),
        });
  shutdown.onClose('scans', () => scans?.stop());
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
  const watch = new FlowWatch({
    counters: { read: readFlows, count: (netns) => steering.count(netns), empty: emptyFlows },
    plans: () => agent.countedPlans,
    conversations: (plan) => inspector.takeConversations(sourceId(plan)),
    nodeAddresses,
    knownAddresses: () => agent.peerAddresses,
    emit: log.emit,
    onTold: ({ verdict }) => metrics.countFlowsTold(verdict),
    onNotCounted: (packets) => metrics.countFlowPacketsNotCounted(packets),
    onProblem: notice,
  });
  watch.start();
  // Before the namespaces are left or let go.
  shutdown.onClose('flows', () => watch.close());
  const seen = { subjectOf: (id: string) => agent.containers.subjectOf(id), emit: log.emit, onProblem: notice };
  const programs = watchPrograms({
    ...seen,
    take: () => sentinel.takePrograms(),
    onTold: ({ verdict }) => metrics.countProgramsTold(verdict),
    onNotCounted: (count) => metrics.countProgramsNotCounted(count),
  });
  if (config.programs) programs.start();
  const files = watchFiles({
    ...seen,
    take: () => sentinel.takeFiles(),
    onTold: ({ verdict }) => metrics.countFilesTold(verdict),
    onNotCounted: (count) => metrics.countFilesNotCounted(count),
  });
  if (config.files) files.start();
  const daily = setInterval(() => agent.containers.noteRunning(), RUNNING_AGAIN_MS);
  const stopped = new AbortController();
  const often = setInterval(() => void agent.containers.noteOpen(stopped.signal), OPEN_AGAIN_MS);
  // Before the sentinel ends.
  shutdown.onClose('programs and files', () => {
    clearInterval(daily);
    clearInterval(often);
    stopped.abort();
    programs.close();
    files.close();
  });
  const parts = { ...outlets, agent, local, captures, scans, stop };

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
  const { agent, captures, scans, local, log, metrics, source } = parts;
  let isSettled = false;
  // Once the workloads of the node are held, since nobody waits for it then: starting leaves more garbage than what lives.
  const settle = (): void => {
    if (!isSettled) compactHeap();
    isSettled = true;
  };
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
        (await captures.read(file, offset, maxBytes)) ?? scans?.read(file, offset, maxBytes),
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
      agent.setWorkloads(found, containers).then(settle, fail);
    },
    onError: (error) => log.emit({ event: 'discovery-failed', problem: errorLine(error) }),
  }).catch(fail);
}

function noticeOf(why: string): void {
  const kept = 'the rules of this agent stay when it is uninstalled: "bulkhead agent --clean-up" removes them';
  notice(`the DaemonSet of this agent cannot be seen (${why}); ${kept}`);
}

function noticeOfSentinel(why: string): void {
  notice(
    `policies about programs and files are not enforced on this node, and what containers run and write is not counted: ${why}`,
  );
}

function noticeOfLimit(from: number, to: number): void {
  notice(
    `fs.fanotify.max_user_groups of this node is raised from ${from} to ${to}: each container whose programs and files are watched takes one`,
  );
}

function announce({ log, metrics }: Parts, { policy, files }: PolicyChange): void {
  metrics.countPolicy('loaded');
  log.emit({ event: 'policy-loaded', files, groups: policy.groups.length, sensors: policy.sensors.size });
}
