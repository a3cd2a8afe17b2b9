import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../error.ts';

/** What a service said on a line of its standard output. */
export type Line = Readonly<Record<string, unknown>>;

export interface ChildOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** File for what it says on standard error, and for lines that are no events. */
  readonly log: string;
  /** Given to it on standard input, which then ends. */
  readonly input?: string;
  readonly onLine?: (line: Line) => void;
}

/** What a service may take to say that it works: loading takes seconds on a busy machine. */
const START_MS = 120_000;
/** What it may take to end in order: more than any of them takes by itself. */
const STOP_MS = 45_000;

/** A service that this process started, and ends. */
export class Child {
  readonly name: string;
  readonly #log: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, (line: Line) => void>();
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;

  constructor({ name, program, args, cwd, log, input, onLine }: ChildOptions) {
    this.name = name;
    this.#log = log;
    const errors = openSync(log, 'a', 0o600);
    // In a session of its own, so that Ctrl-C reaches this process alone, which ends all in order; and told to end when
    // this process is killed: rules and a database without it would stay behind.
    this.#process = spawn('setpriv', ['--pdeathsig', 'TERM', program, ...args], {
      cwd,
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', errors],
    });
    closeSync(errors);
    this.#process.stdin?.end(input);
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(error.message));
      this.#process.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const { stdout } = this.#process;
    if (stdout === null) return;
    createInterface({ input: stdout }).on('line', (text) => {
      const line = lineOf(text);
      if (line === undefined) return;
      onLine?.(line);
      this.#waiting.get(String(line['event']))?.(line);
    });
  }

  /** Waits until it has said that something happened. Throws when it ends before. */
  async said(event: string): Promise<Line> {
    const line = new Promise<Line>((resolve) => this.#waiting.set(event, resolve));
    return this.#orEnd(line);
  }

  /** Waits until `isReady` does not throw any more. Throws when it ends before. */
  ready(isReady: () => Promise<void>): Promise<void> {
    const until = performance.now() + START_MS;
    const ask = async (): Promise<void> => {
      while (performance.now() < until) {
        try {
          return await isReady();
        } catch {
          // It is asked again until it answers, ends or takes too long.
          await sleep(50);
        }
      }
    };
    return this.#orEnd(ask());
  }

  /** Ends it in order, or at once when that takes too long. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(late);
  }

  async #orEnd<T>(wanted: Promise<T>): Promise<T> {
    const late = new AbortController();
    const failed = Promise.race([
      this.ended.then((how) => `it ended (${how})`),
      sleep(START_MS, 'it does not say that it works', { signal: late.signal }),
    ]).then((why) => {
      const fix = `read ${this.#log}`;
      throw new CliError('NOT_STARTED', { what: `the ${this.name} did not start`, why, fix });
    });
    try {
      return await Promise.race([wanted, failed]);
    } finally {
      failed.catch(() => undefined);
      late.abort();
    }
  }
}

function lineOf(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Line) : undefined;
  } catch {
    // Redis greets in words.
    return undefined;
  }
}
