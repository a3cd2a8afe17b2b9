import { setInterval } from 'node:timers';
import { errorLine } from '@bulkhead/core';
import type { CapturedSession } from '@bulkhead/inspector';
import type { CommandOutcome, FilePart } from '@bulkhead/rpc';
import type { NewAgentEvent, Subject } from '../event/agent-event.ts';
import type { EventLog } from '../event/event-log.ts';
import type { AgentMetrics } from '../metrics.ts';
import { CaptureStore } from './capture-store.ts';
import { type CapturePlace, CommandCaptures } from './command-captures.ts';

const DAY_MS = 86_400_000;
/** By how much captures may be older than they are to be. */
const FORGET_MS = 3_600_000;

export interface CapturesOptions {
  readonly folder: string;
  /** Of all captures together. */
  readonly maxBytes: number;
  readonly maxDays: number;
  readonly log: EventLog;
  readonly metrics: AgentMetrics;
}

/** All packets that an agent keeps: of sessions, as sensors ask, and of workloads, as commands and rules do. Told, counted, and forgotten in time. */
export class Captures {
  readonly #options: CapturesOptions;
  readonly #store: CaptureStore;
  readonly #commands: CommandCaptures;
  readonly #forgetting: NodeJS.Timeout;

  constructor(options: CapturesOptions) {
    this.#options = options;
    this.#store = new CaptureStore(options.folder, options.maxBytes);
    this.#commands = new CommandCaptures({
      store: this.#store,
      onWritten: ({ subject }, capture) => this.#written({ event: 'capture-written', ...capture, ...subject }),
      onFailed: ({ subject }, problem) => {
        options.metrics.countCapture('failed');
        options.log.emit({ event: 'capture-failed', problem, ...subject });
      },
    });
    this.#forget();
    this.#forgetting = setInterval(() => this.#forget(), FORGET_MS);
  }

  /** Begins to keep the packets of a workload. */
  start(place: CapturePlace, seconds: number, maxBytes: number): Promise<CommandOutcome> {
    return this.#commands.start(place, seconds, maxBytes);
  }

  /** Keeps those of a session. Never rejects. */
  async keep({ sessionId, pcapng }: CapturedSession, subject: Partial<Subject>): Promise<void> {
    try {
      const { file, bytes } = await this.#store.store(sessionId, new Date(), pcapng);
      this.#written({ event: 'capture-written', file, bytes, sessionId: String(sessionId), ...subject });
    } catch (error) {
      this.#options.metrics.countCapture('failed');
      process.stderr.write(`${errorLine(error)}\n`);
    }
  }

  /** What stands in a capture from an offset on, by the name of its file; nothing where there is none of that name. */
  read(name: string, offset: number, maxBytes: number): Promise<FilePart | undefined> {
    return this.#store.read(name, offset, maxBytes);
  }

  /** Ends those of commands with what they have. Resolves when nothing is being written any more. */
  async stop(): Promise<void> {
    await this.#commands.stop();
    clearInterval(this.#forgetting);
    await this.#store.settled();
  }

  #written(event: Extract<NewAgentEvent, { readonly event: 'capture-written' }>): void {
    this.#options.metrics.countCapture('written');
    this.#options.log.emit(event);
  }

  #forget(): void {
    const before = new Date(Date.now() - this.#options.maxDays * DAY_MS);
    this.#store.forget(before).catch((error: unknown) => void process.stderr.write(`${errorLine(error)}\n`));
  }
}
