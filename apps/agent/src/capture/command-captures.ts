import { randomBytes } from 'node:crypto';
import { errorLine } from '@bulkhead/core';
import { startRecording } from '@bulkhead/inspector';
import type { CommandOutcome } from '@bulkhead/rpc';
import type { Subject } from '../event/agent-event.ts';
import type { CaptureStore, OpenCapture } from './capture-store.ts';

/** Longer than this nobody waits for; who wants more asks again. */
const MAX_SECONDS = 600;
/** What the packets of one workload may take of the node's disk. */
const MAX_BYTES = 256 * 2 ** 20;
/** Each has a ring of its own of 8 MiB that is shared with the kernel, and a thread. */
const MAX_AT_ONCE = 4;

/** Whose packets are to be kept: a network namespace, whatever path leads there. */
export interface CapturePlace {
  readonly key: string;
  readonly path: string;
  readonly subject: Partial<Subject>;
}

export interface CommandCapture {
  readonly file: string;
  readonly bytes: number;
  readonly packets: number;
  /** Packets that came faster than they were taken. */
  readonly lost: number;
  /** Whether it ended because the file was full. */
  readonly full: boolean;
}

export interface CommandCapturesOptions {
  readonly store: Pick<CaptureStore, 'open'>;
  readonly onWritten: (place: CapturePlace, capture: CommandCapture) => void;
  readonly onFailed: (place: CapturePlace, problem: string) => void;
}

interface Running {
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

/** Keeps the packets of workloads for a while, as commands ask. Never two captures of one network namespace at a time. */
export class CommandCaptures {
  readonly #options: CommandCapturesOptions;
  readonly #running = new Map<string, Running | 'starting'>();

  constructor(options: CommandCapturesOptions) {
    this.#options = options;
  }

  /** Begins a capture. What becomes of it is told to the listeners. */
  async start(place: CapturePlace, seconds: number, maxBytes: number): Promise<CommandOutcome> {
    if (seconds < 1 || seconds > MAX_SECONDS || maxBytes < 1 || maxBytes > MAX_BYTES) {
      return failed(`a capture has 1 to ${MAX_SECONDS} seconds and at most ${MAX_BYTES} bytes`);
    }
    if (this.#running.has(place.key)) return failed('its packets are being kept already');
    if (this.#running.size >= MAX_AT_ONCE) return failed(`${MAX_AT_ONCE} captures run on this node already`);
    this.#running.set(place.key, 'starting');
    let file: OpenCapture | undefined;
    try {
      file = await this.#options.store.open(randomBytes(4).toString('hex'), new Date(), maxBytes);
      const { done, stop } = startRecording({ netns: place.path, fd: file.fd, seconds, maxBytes });
      const ended = this.#finish(place, file, done);
      this.#running.set(place.key, { stop, ended });
    } catch (error) {
      this.#running.delete(place.key);
      await file?.discard();
      return failed(errorLine(error));
    }
    return {
      outcome: 'done',
      message: `its packets are kept in ${file.file} for at most ${seconds} s and ${maxBytes} bytes`,
    };
  }

  /** Ends every capture with what it has. */
  async stop(): Promise<void> {
    const running = [...this.#running.values()].filter((one) => one !== 'starting');
    for (const { stop } of running) stop();
    await Promise.all(running.map(({ ended }) => ended));
  }

  async #finish(
    place: CapturePlace,
    open: OpenCapture,
    done: ReturnType<typeof startRecording>['done'],
  ): Promise<void> {
    const { onWritten, onFailed } = this.#options;
    try {
      const { packets, lost, full } = await done.catch(async (error: unknown) => {
        await open.discard();
        throw error;
      });
      if (packets === 0) {
        await open.discard();
        onFailed(place, full ? 'not even one packet fits into it' : 'no packet passed in its time');
      } else {
        onWritten(place, { ...(await open.keep()), packets, lost, full });
      }
    } catch (error) {
      onFailed(place, errorLine(error));
    } finally {
      this.#running.delete(place.key);
    }
  }
}

function failed(message: string): CommandOutcome {
  return { outcome: 'failed', message };
}
