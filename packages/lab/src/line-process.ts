import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a process wrote on a line of its standard output. */
export type Line = Readonly<Record<string, unknown>>;

/** Lines kept of a process that nobody empties; a demo writes hundreds. */
const MAX_LINES = 100_000;
const MAX_COMPLAINT = 64 << 10;
const STOP_MS = 15_000;

/** A child that speaks JSON lines. Its owner stops it; lines that came are kept to be asked about later. */
export class LineProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #ended: Promise<number | NodeJS.Signals>;
  #complaint = '';
  #hasEnded = false;

  /** Runs `program` inside a network namespace, or in this process's own one. */
  constructor(name: string, netnsPath: string | undefined, program: string, parameters: readonly string[]) {
    this.name = name;
    const inside = netnsPath === undefined ? [] : ['nsenter', `--net=${netnsPath}`];
    // Whatever ends this process, the child is told: an agent that outlives its test would go on guarding.
    const words = ['--pdeathsig', 'TERM', ...inside, program, ...parameters];
    this.#child = spawn('setpriv', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = new Promise((resolve) => {
      const end = (how: number | NodeJS.Signals): void => {
        this.#hasEnded = true;
        resolve(how);
        this.#announce();
      };
      this.#child.once('close', (code, signal) => end(signal ?? code ?? 1));
      this.#child.once('error', (error) => {
        this.#complaint += error.message;
        end(127);
      });
    });
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#keep(line));
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-MAX_COMPLAINT);
      this.#announce();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get lines(): readonly Line[] {
    return this.#lines;
  }

  get complaint(): string {
    return this.#complaint;
  }

  /** The first line, from position `from` on, that satisfies `wanted`. Rejects when the process ends or time is up. */
  async waitFor(what: string, wanted: (line: Line) => boolean, options: WaitOptions = {}): Promise<Line> {
    const over = performance.now() + (options.withinMs ?? 10_000);
    for (;;) {
      const found = this.#lines.slice(options.from ?? 0).find(wanted);
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`${this.name} ended before ${what}: ${this.#complaint.trim()}`);
      if (performance.now() > over) throw new Error(`${this.name}: no ${what} in time; ${this.#complaint.trim()}`);
      await this.change(over - performance.now());
    }
  }

  /** Resolves when a line or something on standard error comes, when the process ends, or when time is up. */
  change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(withinMs, 1));
      this.#listeners.add(done);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** How the process ended, once it did. */
  ended(): Promise<number | NodeJS.Signals> {
    return this.#ended;
  }

  /** Asks the process to end, and makes it when it does not. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    if (!this.#hasEnded) this.#child.kill(signal);
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    const how = await this.#ended;
    clearTimeout(force);
    return how;
  }

  #keep(line: string): void {
    if (this.#lines.length >= MAX_LINES) return;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null) this.#lines.push(value as Line);
    } catch {
      this.#complaint = `${this.#complaint}${line}\n`.slice(-MAX_COMPLAINT);
    }
    this.#announce();
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

export interface WaitOptions {
  /** Skips lines that came before. */
  readonly from?: number;
  readonly withinMs?: number;
}
