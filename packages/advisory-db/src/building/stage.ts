import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory, AffectedPackage } from '@bulkhead/scanner';
import { packageKey } from '../package-key.ts';
import { AdvisoryRows } from '../store/advisory-rows.ts';
import { encodeAffected } from '../store/affected-codec.ts';
import { packValue } from '../store/value.ts';

/**
 * Collects the records of a new database. What they say about packages waits in a table of its own until all are read:
 * a row of `affected` holds what every feed says about one package, and writing it once, in the order of the keys, is
 * several times faster than growing it. Memory stays bounded whatever the feeds' size, since SQLite sorts on disk.
 */
export class Stage {
  readonly #database: DatabaseSync;
  readonly #rows: AdvisoryRows;
  readonly #insert: StatementSync;

  /** `file` holds the waiting table; the caller removes it afterwards. */
  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    database.prepare('ATTACH DATABASE ? AS stage').run(file);
    database.exec(`
      PRAGMA stage.journal_mode = OFF;
      PRAGMA stage.synchronous = OFF;
      CREATE TABLE stage.affected (ecosystem TEXT, package TEXT, advisory TEXT, modified TEXT, value TEXT);
    `);
    this.#rows = new AdvisoryRows(database);
    this.#insert = database.prepare(
      'INSERT INTO stage.affected (ecosystem, package, advisory, modified, value) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** Keeps an advisory, unless another feed has published the same record as new or newer. */
  add(advisory: Advisory, affected: readonly AffectedPackage[]): void {
    const known = this.#rows.modified(advisory.id);
    if (known !== undefined && Date.parse(known) >= Date.parse(advisory.modified)) return;
    this.#rows.put(advisory, affected);
    for (const entry of affected) {
      const key = packageKey(entry.ecosystem, entry.name);
      const value = JSON.stringify(encodeAffected(entry, key));
      this.#insert.run(entry.ecosystem, key, advisory.id, advisory.modified, value);
    }
  }

  /** Writes what was collected about packages. Entries of a record that a newer one replaced fall away here. */
  finish(): void {
    const insert = this.#database.prepare('INSERT INTO affected (ecosystem, package, value) VALUES (?, ?, ?)');
    const waiting = this.#database.prepare(`
      SELECT s.ecosystem, s.package, s.value FROM stage.affected AS s
      JOIN advisory AS a ON a.id = s.advisory AND a.modified = s.modified
      ORDER BY s.ecosystem, s.package, s.advisory, s.rowid
    `);
    let [ecosystem, name] = ['', ''];
    let values: string[] = [];
    const flush = (): void => {
      if (values.length === 0) return;
      insert.run(ecosystem, name, packValue(`${ecosystem}\0${name}`, `[${values.join(',')}]`));
      values = [];
    };
    for (const row of waiting.iterate()) {
      if (row['ecosystem'] !== ecosystem || row['package'] !== name) {
        flush();
        [ecosystem, name] = [String(row['ecosystem']), String(row['package'])];
      }
      values.push(String(row['value']));
    }
    flush();
  }
}
