import { formatBytes, formatCount } from '@bulkhead/dlp';
import type { Io } from '../io.ts';

/** Redrawing more often than this only makes a terminal flicker. */
const REDRAW_MS = 100;

/** Tells a person at a terminal how far a command is; everybody else gets one line when it is done. */
export class Progress {
  readonly #io: Io;
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #files = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  /** `bytes` of the current file have been read so far. */
  update(file: string, bytes: number, total?: number): void {
    if (this.#io.stderr.isTTY !== true || performance.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = performance.now();
    const share = total === undefined || total === 0 ? '' : ` (${Math.floor((100 * bytes) / total)} %)`;
    this.#io.stderr.write(`\r\u001b[K${file}: ${formatBytes(bytes)}${share}`);
  }

  fileDone(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    this.clear();
  }

  /** Takes the progress line away, so that something else can be written. */
  clear(): void {
    if (this.#io.stderr.isTTY === true && this.#drawn > 0) this.#io.stderr.write('\r\u001b[K');
  }

  done(verb: string, findings: number): void {
    this.clear();
    // Where nothing could be looked into, the errors have said all there is to say.
    if (this.#files === 0) return;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(2);
    const what = `${formatCount(this.#files, 'file')}, ${formatBytes(this.#bytes)}, ${formatCount(findings, 'finding')}`;
    this.#io.stderr.write(`${verb} ${what} in ${seconds} s\n`);
  }
}
