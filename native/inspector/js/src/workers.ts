import { type ApplicationsInput, compileApplications } from './applications.ts';
import { type Conversation, readConversations } from './conversation.ts';
import { readWorkerCounters, type WorkerCounters } from './counters.ts';
import { InspectorError, typed } from './error.ts';
import type { InspectorEvent } from './event.ts';
import { readEvents } from './event-record.ts';
import { policyBytes } from './names.ts';
import { native, WORKERS_MESSAGE, type WorkersHandle } from './native.ts';
import type { Program } from './program.ts';
import { SourceNames } from './source-names.ts';

/** Bounds of each engine's tables; what is absent keeps its default (include/bulkhead/engine.hpp). */
export interface EngineLimits {
  readonly maxSessions?: number;
  readonly maxPending?: number;
  readonly reassemblyBytes?: number;
  readonly reassemblyBytesPerSession?: number;
  readonly maxFragments?: number;
  readonly decodeBytesPerBody?: number;
  readonly decodeRatio?: number;
}

type ExceptionPoliciesInput = Readonly<Record<string, string | undefined>>;

export interface WorkersOptions {
  readonly threads: number;
  readonly limits?: EngineLimits | undefined;
  /** For queues and taps that bring none of their own; `alert` for exceptions not named. */
  readonly exceptionPolicies?: ExceptionPoliciesInput | undefined;
  /** Bytes of recent packets that each thread keeps for the captures of blocked sessions. */
  readonly captureRingBytes?: number | undefined;
}

export interface CapturedSession {
  readonly source: string;
  readonly sessionId: bigint;
  readonly pcapng: Uint8Array;
}

export interface WorkersHandlers {
  /** `lost` events before these were dropped, because they were not taken in time. */
  onEvents(events: InspectorEvent[], lost: number): void;
  onCapture?(capture: CapturedSession): void;
}

export interface QueueOptions {
  /** Names the queue in events and counters. */
  readonly id: string;
  /** Path of the network namespace, such as /proc/123/ns/net or /run/netns/x. */
  readonly netns: string;
  readonly queueNumber: number;
  readonly program: Program;
  /** What may be spoken; whatever they like without it. */
  readonly applications?: ApplicationsInput | undefined;
  readonly exceptionPolicies?: ExceptionPoliciesInput | undefined;
  /**
   * Let packets by uninspected when the queue is full, instead of having them dropped and sent again. Follows the
   * policy for `queueOverrun` unless given: true for `pass`.
   */
  readonly failOpen?: boolean | undefined;
  /** Keep recent packets, and hand over those of a session that is blocked. */
  readonly capture?: boolean | undefined;
}

export interface TapOptions {
  readonly id: string;
  readonly netns: string;
  /** Name of the interface, or `any`. */
  readonly interface: string;
  readonly program: Program;
  /** What may be spoken; whatever they like without it. */
  readonly applications?: ApplicationsInput | undefined;
  readonly exceptionPolicies?: ExceptionPoliciesInput | undefined;
  /** Memory between kernel and inspector, from 1 to 64 MiB; 8 MiB unless given. More bridges longer bursts. */
  readonly ringBytes?: number | undefined;
}

/**
 * Threads that serve kernel packet queues, inline, and packet taps, watching only. Events come in batches, at most some
 * 50 ms late. Keeps the process alive until stopped.
 */
export class Workers {
  readonly #handle: WorkersHandle;
  readonly #handlers: WorkersHandlers;
  readonly #policies: ExceptionPoliciesInput | undefined;
  readonly #names = new SourceNames();
  #stopped: Promise<void> | undefined;

  constructor({ threads, limits, exceptionPolicies, captureRingBytes }: WorkersOptions, handlers: WorkersHandlers) {
    if (!Number.isInteger(threads) || threads < 1) throw new RangeError(`threads must be a positive whole number`);
    this.#handlers = handlers;
    this.#policies = exceptionPolicies;
    this.#handle = native().createWorkers(
      { threads, limits, captureRingBytes },
      (kind, source, lost, session, content) => {
        if (kind === WORKERS_MESSAGE.events) this.#handlers.onEvents(readEvents(content, this.#names), lost);
        else this.#capture(source, session, content);
      },
    );
  }

  /** Opens and serves a queue. Throws an InspectorError when the namespace or the queue cannot be had. */
  addQueue({
    id,
    netns,
    queueNumber,
    program,
    applications,
    exceptionPolicies,
    failOpen,
    capture,
  }: QueueOptions): void {
    const policies = exceptionPolicies ?? this.#policies;
    const options = {
      netns,
      queueNumber,
      capture,
      failOpen: failOpen ?? policies?.['queueOverrun'] === 'pass',
      exceptionPolicies: policyBytes(policies),
    };
    this.#add(id, program, (source) =>
      native().addQueue(this.#handle, source, options, program.handle, compiled(applications)),
    );
  }

  /** Watches one or all interfaces of a namespace. Throws an InspectorError when they cannot be had. */
  addTap({ id, netns, interface: name, program, applications, exceptionPolicies, ringBytes }: TapOptions): void {
    const options = {
      netns,
      interface: name,
      ringBytes,
      exceptionPolicies: policyBytes(exceptionPolicies ?? this.#policies),
    };
    this.#add(id, program, (source) =>
      native().addTap(this.#handle, source, options, program.handle, compiled(applications)),
    );
  }

  /** Judges a source's traffic by another program from the next packet on; sessions live on. */
  setProgram(id: string, program: Program): void {
    const source = this.#sourceOf(id);
    this.#names.use(source, program);
    native().setProgram(this.#handle, source, program.handle);
  }

  /** Judges by other rules what may be spoken, from the next packet on; sessions that were handed over stay so. */
  setApplications(id: string, applications: ApplicationsInput | undefined): void {
    native().setApplications(this.#handle, this.#sourceOf(id), compiled(applications));
  }

  /** Answers what waits in the queue and gives it up. */
  remove(id: string): void {
    const source = this.#sourceOf(id);
    native().removeSource(this.#handle, source);
    this.#names.retire(source);
  }

  /**
   * What was recognised in the sessions of a queue or tap since it was last asked, each once, and at most 4,096: what came
   * beyond is in `counters().conversationsLost`. Empty where there is no such queue or tap, or none any more.
   */
  takeConversations(id: string): readonly Conversation[] {
    const source = this.#names.numberOf(id);
    return source === undefined ? [] : readConversations(native().takeConversations(this.#handle, source));
  }

  counters(): WorkerCounters {
    return readWorkerCounters(native().workersCounters(this.#handle), (source) => this.#names.sourceOf(source));
  }

  /** Gives up all queues and taps and ends the threads. All events are delivered when the promise resolves. */
  stop(): Promise<void> {
    this.#stopped ??= native().stopWorkers(this.#handle);
    return this.#stopped;
  }

  #add(id: string, program: Program, open: (source: number) => void): void {
    if (this.#stopped !== undefined) throw new InspectorError('STOPPED', 'the workers are stopped: make new ones');
    if (this.#names.numberOf(id) !== undefined) {
      throw new InspectorError('DUPLICATE_SOURCE', `there is a queue or tap "${id}" already: remove it first`);
    }
    const source = this.#names.add(id, program);
    try {
      typed(() => open(source));
    } catch (error) {
      this.#names.forget(source);
      throw error;
    }
  }

  #sourceOf(id: string): number {
    const source = this.#names.numberOf(id);
    if (source === undefined) throw new InspectorError('UNKNOWN_SOURCE', `there is no queue or tap "${id}"`);
    return source;
  }

  #capture(source: number, sessionId: bigint, content: ArrayBuffer): void {
    const pcapng = new Uint8Array(content);
    this.#handlers.onCapture?.({ source: this.#names.sourceOf(source), sessionId, pcapng });
  }
}

function compiled(applications: ApplicationsInput | undefined): ReturnType<typeof compileApplications> | undefined {
  return applications === undefined ? undefined : compileApplications(applications);
}
