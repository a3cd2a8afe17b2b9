import type { FileReport, FlowReport, ProgramReport, SequencedEvent } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { AgentSession, EventBatch, PolicyAnswer, Position, ReportedWorkload, WorkloadReport } from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';
import type { CaptureRequest } from '../response/capture-orders.ts';
import type { Answer } from '../response/responder.ts';
import { ReportedWorkloads } from './reported-workloads.ts';

export interface SessionPorts {
  readonly store: Pick<Store, 'agents' | 'workloads' | 'events'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly onEvents: (stored: number, repeated: number) => void;
  /** Told what events that are kept now said of flows. */
  readonly onFlows: (reports: readonly FlowReport[]) => void;
  /** The same of programs. */
  readonly onPrograms: (reports: readonly ProgramReport[]) => void;
  /** The same of files. */
  readonly onFiles: (reports: readonly FileReport[]) => void;
  /** What an event says of flows, programs or files, if anything. */
  readonly observe: (
    workloads: ReportedWorkloads,
    document: unknown,
    receivedAt: string,
  ) => Pick<SequencedEvent, 'flows' | 'programs' | 'files'>;
  /** What ResponseRules ask for about an event. */
  readonly respond: (workloads: Iterable<ReportedWorkload>, at: Position, document: unknown) => Answer;
  /** Told that what it was asked about is kept. */
  readonly onKept: () => void;
  /** Has the agent cut off what is to be; `all`: again what it was told before. */
  readonly cutOff: (which: 'open' | 'all') => void;
  readonly capture: (requests: readonly CaptureRequest[]) => void;
  /** Takes a workload in, and gives the nodes whose snapshots change by it. */
  readonly put: (workload: ReportedWorkload) => readonly string[];
  /** Forgets one by its id, the same way. */
  readonly remove: (id: string) => readonly string[];
  /** A workload with what is known of its owners beyond what its agent says. */
  readonly withOwners: (workload: ReportedWorkload) => ReportedWorkload;
  readonly sendTo: (nodes: ReadonlySet<string>) => void;
  /** Workloads of this agent that peers on other nodes know of, also by earlier streams. */
  readonly told: Set<string>;
  /** The process that the stream is on. */
  readonly replica: string;
  readonly onAnswer: (answer: PolicyAnswer) => void;
  /** Whether the agent has a stream here: this one, or a later one. */
  readonly isConnected: () => boolean;
  readonly onClosed: () => void;
}

/** A list that begins anew comes in portions: what is missing in the first is not gone yet. */
const SETTLE_MS = 100;

/** One stream of an agent: what it says is kept. */
export class Session implements AgentSession {
  readonly #agent: string;
  readonly #ports: SessionPorts;
  readonly #workloads = new ReportedWorkloads();
  #timer: NodeJS.Timeout | undefined;
  #isSettled = false;
  #keeping: Promise<void> = Promise.resolve();

  constructor(agent: string, ports: SessionPorts) {
    this.#agent = agent;
    this.#ports = ports;
  }

  async storeBatch({ epoch, firstSequence, lostBefore, events }: EventBatch): Promise<void> {
    const { store, onEvents, onFlows, onPrograms, onFiles, observe, respond, onKept, cutOff, capture } = this.#ports;
    const at = this.#now();
    const captures: CaptureRequest[] = [];
    const sequenced = events.map((text, index) => {
      const document = documentOf(text);
      const sequence = firstSequence + index;
      const answer = respond(this.#workloads, { epoch, sequence }, document);
      captures.push(...answer.captures);
      const { rules, quarantines } = answer;
      return { sequence, document, rules, quarantines, ...observe(this.#workloads, document, at) };
    });
    const { stored } = await store.events.append({ agent: this.#agent, epoch, events: sequenced }, at);
    onKept();
    onEvents(stored, events.length - stored);
    // Those that are new are the last of them.
    const fresh = sequenced.slice(events.length - stored);
    onFlows(fresh.flatMap(({ flows }) => flows ?? []));
    onPrograms(fresh.flatMap(({ programs }) => programs ?? []));
    onFiles(fresh.flatMap(({ files }) => files ?? []));
    if (sequenced.some(({ quarantines }) => quarantines.length > 0)) cutOff('open');
    if (captures.length > 0) capture(captures);
    if (lostBefore > 0 && stored > 0) await store.agents.noteLoss(this.#agent, lostBefore, at);
  }

  async workloads({ whole, present, gone }: WorkloadReport): Promise<void> {
    if (whole) this.#workloads.clear();
    for (const workload of present) this.#workloads.put(this.#ports.withOwners(workload));
    for (const id of gone) this.#workloads.delete(id);
    this.#timer ??= setTimeout(() => this.#settle(), SETTLE_MS);
  }

  async policyAnswered(answer: PolicyAnswer): Promise<void> {
    const { store, onAnswer } = this.#ports;
    const { version, accepted, problems, enforcement } = answer;
    onAnswer(answer);
    const named = accepted ? { applied: version } : { failed: version };
    const state = problems.length === 0 ? named : { ...named, problem: problems.join('; ') };
    await store.agents.notePolicy(this.#agent, state, this.#now());
    // What is said of workloads that are on their way to the store would find nothing there.
    await this.#keeping;
    await store.workloads.noteEnforcement(
      this.#agent,
      enforcement.map(({ workloadId, enforced, problem }) => ({ id: workloadId, enforced, problem })),
    );
  }

  /** What runs on the node, as its agent said last. */
  get reported(): Iterable<ReportedWorkload> {
    return this.#workloads;
  }

  closed(): void {
    const { store, logger, isConnected, onClosed, replica } = this.#ports;
    onClosed();
    if (this.#timer !== undefined) this.#settle();
    void this.#keeping
      .then(() => (isConnected() ? undefined : store.agents.noteDisconnected(this.#agent, this.#now(), replica)))
      .catch((error: unknown) => logger.warn({ err: error, agent: this.#agent }, 'the end of a stream is not noted'));
  }

  /** Tells peers what is there and what is gone, then the store. */
  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { put, remove, sendTo, told, store, logger, cutOff, replica } = this.#ports;
    const nodes = new Set<string>();
    for (const workload of this.#workloads) {
      for (const node of put(workload)) nodes.add(node);
      told.add(workload.id);
    }
    for (const id of told) {
      if (this.#workloads.has(id)) continue;
      for (const node of remove(id)) nodes.add(node);
      told.delete(id);
    }
    sendTo(nodes);
    cutOff(this.#isSettled ? 'open' : 'all');
    this.#isSettled = true;
    const workloads = [...this.#workloads];
    this.#keeping = this.#keeping
      .then(() => store.workloads.replace(this.#agent, workloads, this.#now(), replica))
      .catch((error: unknown) => logger.error({ err: error, agent: this.#agent }, 'workloads are not kept'));
  }

  #now(): string {
    return new Date(this.#ports.clock.now()).toISOString();
  }
}

/** An event that is no JSON is kept as what it is: a text that says nothing. */
function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
