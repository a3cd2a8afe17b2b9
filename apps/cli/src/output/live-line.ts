import { formatBytes, printable } from '@bulkhead/core';
import type { Io } from '../io.ts';

/** How far a step of a command is. */
export interface Step {
  /** What is done, to what: `reading alpine:3.20`. */
  readonly what: string;
  readonly done?: number;
  /** Of how many; where it is known there is a bar. */
  readonly total?: number;
  /** What is counted, in the plural; bytes are written with the unit that fits them. */
  readonly unit?: 'bytes' | 'files' | 'images' | 'layers' | 'records';
}

/** Redrawing more often than this only makes a terminal flicker. */
const REDRAW_MS = 100;
/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;
const BAR_COLUMNS = 20;
const CLEAR = '\r\u001b[K';

/**
 * One line that tells a person at a terminal what is being done and how far it is. Where standard error is no terminal,
 * or one that cannot redraw a line (`TERM=dumb`), it writes nothing at all.
 */
export class LiveLine {
  readonly #stderr: Io['stderr'];
  readonly #isLive: boolean;
  #what: string | undefined;
  #drawnAt = 0;

  constructor({ stderr }: Pick<Io, 'stderr'>) {
    this.#stderr = stderr;
    this.#isLive = stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  /** Shows a step: a new one at once, how far one is now and then. May be called as often as there is something to say. */
  show(step: Step): void {
    if (!this.#isLive) return;
    const now = performance.now();
    if (step.what === this.#what && now - this.#drawnAt < REDRAW_MS) return;
    this.#what = step.what;
    this.#drawnAt = now;
    // 0 where the terminal does not know.
    const columns = this.#stderr.columns || USUAL_COLUMNS;
    this.#stderr.write(`${CLEAR}${textOf(step, columns - 1)}`);
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#what === undefined) return;
    this.#what = undefined;
    this.#stderr.write(CLEAR);
  }
}

/** A step as text that fits into a line: a line that wraps could not be redrawn. */
function textOf({ what, done, total, unit }: Step, columns: number): string {
  const counted = done === undefined ? '' : `  ${total === undefined ? amount(done, unit) : share(done, total, unit)}`;
  const room = columns - counted.length;
  if (room < 1) return counted.trimStart().slice(0, Math.max(columns, 0));
  const name = printable(what);
  return `${name.length <= room ? name : `${name.slice(0, room - 1)}…`}${counted}`;
}

/** `[##########----------]  50 %  500 B of 1.00 kB`. A total that was wrong does not draw beyond the bar. */
function share(done: number, total: number, unit: Step['unit']): string {
  const part = total === 0 ? 1 : Math.min(done / total, 1);
  const full = Math.floor(part * BAR_COLUMNS);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR_COLUMNS - full)}]`;
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  const of = unit === 'bytes' ? amount(done, unit) : done.toLocaleString('en');
  return `${bar} ${percent} %  ${of} of ${amount(total, unit)}`;
}

function amount(count: number, unit: Step['unit']): string {
  return unit === 'bytes' ? formatBytes(count) : `${count.toLocaleString('en')}${unit === undefined ? '' : ` ${unit}`}`;
}
