import { formatBytes, formatCount } from '@bulkhead/core';
import type { Io } from '../io.ts';
import { LiveLine } from './live-line.ts';

/** Tells a person at a terminal how far an inspection of files is; everybody else gets one line when it is done. */
export class Progress {
  readonly #io: Io;
  readonly #line: LiveLine;
  readonly #started = performance.now();
  #bytes = 0;
  #files = 0;

  constructor(io: Io) {
    this.#io = io;
    this.#line = new LiveLine(io);
  }

  /** `bytes` of the current file have been read so far. */
  update(file: string, bytes: number, total?: number): void {
    this.#line.show({ what: file, done: bytes, ...(total !== undefined && { total }), unit: 'bytes' });
  }

  fileDone(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    this.clear();
  }

  /** Takes the progress line away, so that something else can be written. */
  clear(): void {
    this.#line.clear();
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
