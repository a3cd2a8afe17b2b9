import { readFileSync } from 'node:fs';
import { errorText } from '@bulkhead/core';
import type { CommandOutcome, FilePart } from '@bulkhead/rpc';
import type { NewAgentEvent, Subject } from '../event/agent-event.ts';
import { ScanFolder } from './scan-folder.ts';
import type { ScanPlace } from './scan-place.ts';
import { ScanProcess } from './scan-process.ts';

export interface CommandScansOptions {
  readonly folder: ScanFolder;
  /** The program that this process runs. */
  readonly main: string;
  readonly version: string;
  readonly emit: (event: NewAgentEvent) => void;
  /** Where it is now, by the workload's id, or that of the node by nothing. Asked again at the end. */
  readonly placeOf: (workloadId: string) => ScanPlace | undefined;
}

/** Looks for the packages in running containers, and on the node, as commands ask: one at a time. */
export class CommandScans {
  readonly #options: CommandScansOptions;
  #running: { readonly process: ScanProcess; readonly ended: Promise<void> } | undefined;

  constructor(options: CommandScansOptions) {
    this.#options = options;
    const abandoned = options.folder.takeAbandoned();
    if (abandoned === undefined) return;
    const problem = 'the agent ended before it was done';
    options.emit({ event: 'scan-failed', scan: abandoned.id, problem, ...(abandoned.subject as Partial<Subject>) });
  }

  /** Begins a scan. What becomes of it is an event. */
  start(workloadId: string, id: string): CommandOutcome {
    const { folder, main, version, placeOf } = this.#options;
    if (!ScanFolder.isId(id)) return failed('a scan has an id of letters and digits');
    if (this.#running !== undefined) return failed('another scan runs on this node already; ask again when it is over');
    const place = placeOf(workloadId);
    if (place === undefined) return failed('no such container runs on this node');
    const { kind, pid, name, subject } = place;
    const birth = birthOf(pid);
    if (birth === undefined) return failed('it has just ended');
    const output = folder.begin({ id, subject });
    const process = new ScanProcess(main, { kind, pid, name, output, version });
    // Its number may be another's by now, who is nobody's container.
    const isStill = (): boolean => birthOf(pid) === birth && placeOf(workloadId)?.pid === pid;
    this.#running = { process, ended: this.#finish(id, subject, process, isStill) };
    return { outcome: 'done', message: 'it is being scanned' };
  }

  /** What stands in the SBOM of a scan from an offset on, by the name of its file; nothing where there is none of that name. */
  read(name: string, offset: number, maxBytes: number): Promise<FilePart | undefined> {
    return this.#options.folder.read(name, offset, maxBytes);
  }

  /** Gives up what runs. */
  async stop(): Promise<void> {
    this.#running?.process.stop();
    await this.#running?.ended;
  }

  async #finish(id: string, subject: Partial<Subject>, process: ScanProcess, isStill: () => boolean): Promise<void> {
    const { folder, emit } = this.#options;
    try {
      const { packages, gaps, files } = await process.done;
      if (!isStill()) throw new Error('it ended meanwhile');
      emit({ event: 'scan-written', scan: id, ...folder.keep(id), packages, gaps, files, ...subject });
    } catch (error) {
      folder.discard(id);
      emit({ event: 'scan-failed', scan: id, problem: errorText(error), ...subject });
    } finally {
      folder.end();
      this.#running = undefined;
    }
  }
}

/** When a process began, in ticks of the machine (proc_pid_stat(5), field 22); nothing where there is none. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Its name is in parentheses, and may have any characters.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function failed(message: string): CommandOutcome {
  return { outcome: 'failed', message };
}
