import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = '/usr/bin/tcpdump';
/** A ring that is filled byte by byte; `--immediate-mode` would have one of a few hundred slots, each as large as any packet. */
const BUFFER_KIB = '131072';
const LISTENING_MS = 15_000;
/** Time for the last packets to pass from the kernel to the file: tcpdump is given part of the ring once a second. */
const SETTLE_MS = 1500;

/** Why nothing can be recorded here; nothing when it can. */
export function recorderMissing(): string | undefined {
  if (!existsSync(PROGRAM)) return `${PROGRAM} is missing (Debian: tcpdump)`;
  return process.getuid?.() === 0 ? undefined : 'recording packets needs root';
}

/** Records the packets of one loopback port into a file until it is stopped. */
export class Recorder {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #said = '';

  private constructor(path: string, port: number) {
    const capture = ['-i', 'lo', '-n', '-s', '0', '-B', BUFFER_KIB, '-U', '-Z', 'root', '-w', path];
    this.#child = spawn('setpriv', ['--pdeathsig', 'TERM', PROGRAM, ...capture, `tcp port ${port}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#said += text.toString();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#said += error.message;
        resolve();
      });
    });
  }

  static async start(path: string, port: number): Promise<Recorder> {
    const recorder = new Recorder(path, port);
    const over = performance.now() + LISTENING_MS;
    while (!recorder.#said.includes('listening on')) {
      if (recorder.#child.exitCode !== null || performance.now() > over) {
        await recorder.#end();
        throw new Error(`tcpdump does not record: ${recorder.#said.trim()}`);
      }
      await sleep(20);
    }
    return recorder;
  }

  /** The file is whole when the promise resolves; rejects when packets were lost. */
  async stop(): Promise<void> {
    await sleep(SETTLE_MS);
    await this.#end();
    const dropped = Number(/(\d+) packets? dropped by kernel/.exec(this.#said)?.[1] ?? 0);
    if (dropped > 0) throw new Error(`${dropped} packets were not recorded: the machine is too busy`);
  }

  async #end(): Promise<void> {
    this.#child.kill('SIGINT');
    await this.#ended;
  }
}
