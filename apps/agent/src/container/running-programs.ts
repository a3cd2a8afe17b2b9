import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A program that runs in a container. */
export interface RunningProgram {
  readonly pid: number;
  /** As the container sees it. */
  readonly executable: string;
  /** Of the process that started it, where that can be told. */
  readonly parent?: string;
  readonly user: number;
}

/** More processes than a node has are not looked at: a container that starts others without end must not stop the agent. */
const MAX_PROCESSES = 32_768;

/** Of one container, where only its programs are asked for: a look takes some 30 µs, in which the agent does nothing else. */
const MAX_LOOKED_AT = 1_024;

/**
 * The programs that run on this node now, by the mount namespace they run in. One look at the processes of the node, for all
 * containers that are held at once.
 */
export class RunningPrograms {
  readonly #proc: string;
  readonly #pids = new Map<string, number[]>();

  constructor(proc = '/proc') {
    this.#proc = proc;
    const processes = readdirSync(proc).filter((name) => /^\d+$/.test(name));
    for (const name of processes.slice(0, MAX_PROCESSES)) {
      const namespace = this.#mountsOf(Number(name));
      if (namespace === undefined) continue;
      const known = this.#pids.get(namespace);
      if (known === undefined) this.#pids.set(namespace, [Number(name)]);
      else known.push(Number(name));
    }
  }

  /** Those that run where `pid` does. One that ends meanwhile is left out. */
  with(pid: number, most = MAX_PROCESSES): readonly RunningProgram[] {
    return this.#pidsWith(pid)
      .slice(0, most)
      .flatMap((one) => this.#read(one) ?? []);
  }

  /** Processes that run where `pid` does; of processes without number, the first ones. */
  processesWith(pid: number): readonly number[] {
    return this.#pidsWith(pid).slice(0, MAX_LOOKED_AT);
  }

  /** One process of each program and user of those; of processes without number, the first ones. */
  onceWith(pid: number): readonly number[] {
    const programs = this.with(pid, MAX_LOOKED_AT);
    return [...new Map(programs.map((one) => [`${one.user} ${one.executable}`, one.pid])).values()];
  }

  #pidsWith(pid: number): readonly number[] {
    const namespace = this.#mountsOf(pid);
    return namespace === undefined ? [] : (this.#pids.get(namespace) ?? []);
  }

  #mountsOf(pid: number): string | undefined {
    return attempt(() => readlinkSync(`${this.#proc}/${pid}/ns/mnt`));
  }

  #read(pid: number): RunningProgram | undefined {
    const executable = this.#executableOf(pid);
    const status = attempt(() => readFileSync(`${this.#proc}/${pid}/status`, 'utf8'));
    const user = /^Uid:\s+\d+\s+(\d+)/m.exec(status ?? '')?.[1];
    if (executable === undefined || user === undefined) return undefined;
    const parentPid = /^PPid:\s+(\d+)/m.exec(status ?? '')?.[1];
    const parent = parentPid === undefined ? undefined : this.#executableOf(Number(parentPid));
    return { pid, executable, user: Number(user), ...(parent !== undefined && { parent }) };
  }

  #executableOf(pid: number): string | undefined {
    return attempt(() => readlinkSync(`${this.#proc}/${pid}/exe`))?.replace(/ \(deleted\)$/, '');
  }
}

/** A process may end at any moment: then there is nothing to know of it. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
