import { addAbortSignal, Readable } from 'node:stream';
import { type CommandOutcome, type FilePart, limits } from '@bulkhead/rpc';
import type { AgentCommands } from '../agent/agent-commands.ts';
import type { NodeFile } from './node-file.ts';

/** Each holds a part of its file, and has an agent read all the time. */
const MAX_AT_ONCE = 4;
/** The largest file in this time is slower than any line that somebody works over; who is slower resumes. */
const MAX_MS = 30 * 60_000;

export interface Download {
  /** The bytes from where it was asked for. Ends with an error where the agent does not give all of them. */
  readonly stream: Readable;
  /** Of the whole file. */
  readonly size: number;
}

/** `away`: its agent does not answer now. `beyond`: the file ends before. */
export type DownloadOutcome =
  | { readonly kind: 'begun'; readonly download: Download }
  | { readonly kind: 'busy' | 'away' }
  | { readonly kind: 'beyond'; readonly size: number }
  | { readonly kind: 'gone' | 'unsupported'; readonly message: string };

/**
 * Brings files from agents to who may have them, part by part: the next is asked for when the one before has gone on. None
 * is kept here, and none is whole in memory.
 */
export class NodeFileDownloads {
  readonly #agents: Pick<AgentCommands, 'command'>;
  #running = 0;

  constructor(agents: Pick<AgentCommands, 'command'>) {
    this.#agents = agents;
  }

  /** Begins at an offset. Never rejects for what an agent answers. */
  async begin(file: NodeFile, from: number): Promise<DownloadOutcome> {
    if (this.#running >= MAX_AT_ONCE) return { kind: 'busy' };
    this.#running += 1;
    let begun: DownloadOutcome | undefined;
    try {
      begun = await this.#begin(file, from);
      return begun;
    } finally {
      if (begun?.kind === 'begun') begun.download.stream.once('close', () => this.#end());
      else this.#end();
    }
  }

  #end(): void {
    this.#running -= 1;
  }

  async #begin(file: NodeFile, from: number): Promise<DownloadOutcome> {
    const outcome = await this.#read(file, from);
    if (outcome === undefined) return { kind: 'away' };
    const { message, part } = outcome;
    if (outcome.outcome === 'unsupported') return { kind: 'unsupported', message };
    if (outcome.outcome === 'failed' || part === undefined) return { kind: 'gone', message };
    if (part.data.length === 0) return { kind: 'beyond', size: part.size };
    const stream = Readable.from(this.#parts(file, from, part), { objectMode: false, highWaterMark: 1 });
    addAbortSignal(AbortSignal.timeout(MAX_MS), stream);
    return { kind: 'begun', download: { stream, size: part.size } };
  }

  async *#parts(file: NodeFile, from: number, first: FilePart): AsyncGenerator<Uint8Array> {
    const { size } = first;
    let { data } = first;
    let at = from;
    for (;;) {
      // No more than was promised: what an agent says is not what it must be.
      yield data.subarray(0, size - at);
      at += data.length;
      if (at >= size) return;
      const part = (await this.#read(file, at))?.part;
      if (part === undefined || part.data.length === 0 || part.size !== size) {
        throw new Error(`the agent stopped giving ${file.name} at ${at} of ${size} bytes`);
      }
      data = part.data;
    }
  }

  #read({ agent, name }: NodeFile, offset: number): Promise<CommandOutcome | undefined> {
    const action = { kind: 'read', file: name, offset, maxBytes: limits.MAX_READ_BYTES } as const;
    return this.#agents.command(agent, action).catch(() => undefined);
  }
}
