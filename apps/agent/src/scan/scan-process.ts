import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { type ScanJob, ScanResult } from './scan-job.ts';

/** A machine's root of a million files takes a minute where its disk is idle. */
const MAX_MS = 10 * 60_000;
/** The inventory of a machine with ten thousand packages takes a fifth of this. */
const MAX_HEAP_MEBIBYTES = 384;
/** Of what it says: one line, or why it failed. */
const MAX_OUTPUT = 64 * 1024;

/**
 * Has a process of its own look into a root: what it needs of memory is given back, and what hostile files do to it ends there.
 * `main` is the program that this one runs.
 */
export class ScanProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #done: Promise<ScanResult>;

  constructor(main: string, job: ScanJob) {
    const heap = `--max-old-space-size=${MAX_HEAP_MEBIBYTES}`;
    this.#child = spawn(process.execPath, [heap, main, '--scan'], { timeout: MAX_MS, killSignal: 'SIGKILL' });
    this.#done = this.#finish();
    const { pid, stdin } = this.#child;
    if (pid !== undefined) yieldToAgent(pid);
    stdin.on('error', () => undefined);
    // Left open: it ends with this process, and the other one with it.
    stdin.write(`${JSON.stringify(job)}\n`);
  }

  /** Resolves with what it found. Rejects with why it failed. */
  get done(): Promise<ScanResult> {
    return this.#done;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #finish(): Promise<ScanResult> {
    const { promise, resolve, reject } = Promise.withResolvers<ScanResult>();
    let [stdout, stderr] = ['', ''];
    this.#child.stdout.on('data', (part: Buffer) => {
      stdout = (stdout + part.toString()).slice(0, MAX_OUTPUT);
    });
    this.#child.stderr.on('data', (part: Buffer) => {
      stderr = (stderr + part.toString()).slice(-MAX_OUTPUT);
    });
    this.#child.once('error', reject);
    this.#child.once('close', (code, signal) => {
      if (code === 0) resolve(ScanResult.parse(JSON.parse(stdout)));
      else reject(new Error(whyOf(code, signal, stderr)));
    });
    return promise;
  }
}

/** What is enforced comes first: the other one waits for the processor, and ends before it where memory runs out. */
function yieldToAgent(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It has ended already: its exit code says why.
  }
}

function whyOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (signal === 'SIGKILL') return `it was ended, or took longer than ${MAX_MS / 60_000} minutes`;
  // So Node ends where its heap is full.
  if (signal === 'SIGABRT' || code === 134) return `it needs more than ${MAX_HEAP_MEBIBYTES} MiB of memory`;
  const said = /^error: (.+)$/m.exec(stderr)?.[1];
  return said ?? `its process ended with ${signal ?? `code ${code}`}`;
}
