import type { BuildProgress } from '@bulkhead/advisory-db';
import type { Io } from '../io.ts';

/** Redrawing more often than this only makes a terminal flicker. */
const REDRAW_MS = 100;

/** Tells a person at a terminal how many records of which source have been read. */
export class RecordProgress {
  readonly #stderr: Io['stderr'];
  readonly #started = performance.now();
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(io: Io) {
    this.#stderr = io.stderr;
  }

  readonly update = ({ source, records }: BuildProgress): void => {
    if (this.#stderr.isTTY !== true || performance.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = performance.now();
    this.#stderr.write(`\r\u001b[K${source}: ${records.toLocaleString('en')} records`);
  };

  /** Takes the line away and says in one what was done. */
  done(what: string): void {
    this.clear();
    this.#stderr.write(`${what} in ${((performance.now() - this.#started) / 1000).toFixed(1)} s\n`);
  }

  clear(): void {
    if (this.#stderr.isTTY === true && this.#drawn > 0) this.#stderr.write('\r\u001b[K');
  }
}
