import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that a test talks to line by line. */
export class Peer {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #woken: () => void = () => undefined;

  constructor(program: string, parameters: readonly string[]) {
    this.#child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#closed = once(this.#child, 'close');
    if (this.#child.stdout === null) throw new Error('the program has no output');
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(line);
      this.#woken();
    });
    this.#child.stdin?.on('error', () => undefined);
  }

  /** Waits until a line, from the first on, matches; gives it back. Rejects when the program ended without one. */
  async saw(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      const next = new Promise<'line'>((resolve) => {
        this.#woken = () => resolve('line');
      });
      const event = await Promise.race([next, this.#closed]);
      if (event !== 'line' && !this.lines.some((line) => pattern.test(line))) {
        throw new Error(`the program ended without ${pattern}: ${this.lines.join(' | ')}`);
      }
    }
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
