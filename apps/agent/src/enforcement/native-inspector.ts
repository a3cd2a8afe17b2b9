import type { SensorProgramInput } from '@bulkhead/dlp';
import {
  type ApplicationsInput,
  type CapturedSession,
  type Conversation,
  type InspectorEvent,
  Program,
  type WorkerCounters,
  Workers,
} from '@bulkhead/inspector';
import type { Inspector, QueueRequest } from './ports.ts';

export interface NativeInspectorOptions {
  readonly threads: number;
  readonly captureRingBytes: number;
  /** `lost` events were not delivered, because the queue to JavaScript was full. */
  readonly onEvents: (events: readonly InspectorEvent[], lost: number) => void;
  readonly onCapture: (capture: CapturedSession) => void;
}

interface Compiled {
  readonly source: string;
  readonly program: Program;
}

/** The native inspector's threads. Namespaces with the same sensors share one compiled program. */
export class NativeInspector implements Inspector {
  readonly #workers: Workers;
  readonly #programs = new Map<string, Compiled>();
  readonly #contents = new WeakMap<Uint8Array, number>();
  #contentCount = 0;

  constructor({ threads, captureRingBytes, onEvents, onCapture }: NativeInspectorOptions) {
    this.#workers = new Workers({ threads, captureRingBytes }, { onEvents, onCapture });
  }

  addQueue({ id, netns, queueNumber, program, applications, exceptions, capture }: QueueRequest): void {
    const compiled = this.#compile(program);
    this.#workers.addQueue({
      id,
      netns,
      queueNumber,
      program: compiled.program,
      applications,
      exceptionPolicies: exceptions,
      capture,
    });
    this.#programs.set(id, compiled);
  }

  addTap({ id, netns, program, applications, exceptions }: Omit<QueueRequest, 'queueNumber'>): void {
    const compiled = this.#compile(program);
    this.#workers.addTap({
      id,
      netns,
      interface: 'any',
      program: compiled.program,
      applications,
      exceptionPolicies: exceptions,
    });
    this.#programs.set(id, compiled);
  }

  setProgram(id: string, program: SensorProgramInput): void {
    const compiled = this.#compile(program);
    this.#workers.setProgram(id, compiled.program);
    this.#programs.set(id, compiled);
  }

  setApplications(id: string, rules: ApplicationsInput | undefined): void {
    this.#workers.setApplications(id, rules);
  }

  remove(id: string): void {
    this.#workers.remove(id);
    this.#programs.delete(id);
  }

  /** What was recognised in a source since it was last asked; nothing where there is no such source. */
  takeConversations(id: string): readonly Conversation[] {
    return this.#workers.takeConversations(id);
  }

  counters(): WorkerCounters {
    return this.#workers.counters();
  }

  stop(): Promise<void> {
    return this.#workers.stop();
  }

  /** Contents are told apart by the object: a file that is read again may hold something else. */
  #idOf(bytes: Uint8Array): number {
    const id = this.#contents.get(bytes) ?? ++this.#contentCount;
    this.#contents.set(bytes, id);
    return id;
  }

  #compile(input: SensorProgramInput): Compiled {
    const source = JSON.stringify(input, (_, value: unknown) =>
      value instanceof Uint8Array ? this.#idOf(value) : value,
    );
    for (const known of this.#programs.values()) if (known.source === source) return known;
    return { source, program: new Program(input) };
  }
}
