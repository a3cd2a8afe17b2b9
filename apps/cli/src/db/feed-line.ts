import type { FeedProgress } from '@bulkhead/advisory-db';
import type { Io } from '../io.ts';
import { LiveLine } from '../output/live-line.ts';

/** Tells a person at a terminal what is done with which feed, and everybody in one line what was done in the end. */
export class FeedLine {
  readonly #stderr: Io['stderr'];
  readonly #line: LiveLine;
  readonly #started = performance.now();

  constructor(io: Io) {
    this.#stderr = io.stderr;
    this.#line = new LiveLine(io);
  }

  readonly update = ({ source, step, ...counts }: FeedProgress): void => {
    this.#line.show({ what: `${step} ${source}`, ...counts });
  };

  /** Takes the line away and says in one what was done. */
  done(what: string): void {
    this.clear();
    this.#stderr.write(`${what} in ${((performance.now() - this.#started) / 1000).toFixed(1)} s\n`);
  }

  clear(): void {
    this.#line.clear();
  }
}
