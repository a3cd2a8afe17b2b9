import type { DatabaseSync } from 'node:sqlite';

/**
 * Keeps one read transaction open for a turn of the event loop. Without it each look-up would take and release the file's
 * lock and look for a journal, eight system calls that cost more than the look-up; and a scan would see an update half.
 * It ends with the turn, so that nobody who updates the file has to wait for longer than a scan takes.
 */
export class Snapshot {
  readonly #database: DatabaseSync;
  readonly #onChange: () => void;
  readonly #version;
  #seen: unknown;
  #pending: NodeJS.Immediate | undefined;

  /** `onChange` is called when the file was changed since the snapshot before. */
  constructor(database: DatabaseSync, onChange: () => void) {
    this.#database = database;
    this.#onChange = onChange;
    this.#version = database.prepare('PRAGMA data_version');
  }

  get isHeld(): boolean {
    return this.#pending !== undefined;
  }

  /** To be called before each read. */
  hold(): void {
    if (this.isHeld) return;
    this.#database.exec('BEGIN');
    this.#pending = setImmediate(() => this.release());
    HELD.add(this);
    const version = this.#version.get()?.['data_version'];
    if (this.#seen !== undefined && version !== this.#seen) this.#onChange();
    this.#seen = version;
  }

  release(): void {
    if (this.#pending === undefined) return;
    clearImmediate(this.#pending);
    this.#pending = undefined;
    HELD.delete(this);
    try {
      this.#database.exec('COMMIT');
    } catch {
      // Nothing was written. A damaged file may refuse even this; the read that met the damage has said so, and here, at
      // the end of a turn, nobody could be told.
    }
  }
}

/** The snapshots of this process. */
const HELD = new Set<Snapshot>();

/**
 * Ends the snapshots of this process. An update calls it right before it commits: it cannot wait for what only the turn
 * of the event loop would end that it is waiting in.
 */
export function releaseSnapshots(): void {
  for (const snapshot of HELD) snapshot.release();
}
