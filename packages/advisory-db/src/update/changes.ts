import type { DatabaseSync } from 'node:sqlite';
import type { Advisory, AffectedPackage } from '@bulkhead/scanner';
import type { PackageKey } from '../package-key.ts';
import { AdvisoryRows, keysOf } from '../store/advisory-rows.ts';
import { PackageRows } from '../store/package-rows.ts';

/** Records whose packages wait to be written; more take memory and save little. */
const FLUSH_AFTER_RECORDS = 2000;

/** Applies changed records to a database inside a transaction of the caller, and remembers which packages they concern. */
export class Changes {
  readonly #advisories: AdvisoryRows;
  readonly #packages: PackageRows;
  readonly #changed = new Map<string, PackageKey>();
  #waiting = 0;
  added = 0;
  replaced = 0;
  removed = 0;

  constructor(database: DatabaseSync) {
    this.#advisories = new AdvisoryRows(database);
    this.#packages = new PackageRows(database);
  }

  /** The packages of every record that was added, replaced or removed. */
  get changed(): readonly PackageKey[] {
    return [...this.#changed.values()];
  }

  get count(): number {
    return this.added + this.replaced + this.removed;
  }

  /** Whether the database has this record as of `modified`, or newer. */
  isCurrent(id: string, modified: string): boolean {
    const stored = this.#advisories.modified(id);
    return stored !== undefined && Date.parse(stored) >= Date.parse(modified);
  }

  put(advisory: Advisory, affected: readonly AffectedPackage[]): void {
    if (this.isCurrent(advisory.id, advisory.modified)) return;
    const known = this.#advisories.modified(advisory.id) !== undefined;
    this[known ? 'replaced' : 'added'] += 1;
    const before = this.#advisories.keys(advisory.id);
    this.#advisories.put(advisory, affected);
    this.#change(advisory.id, before, affected);
  }

  /** Takes a record out, unless the database has a newer one that came by another feed. */
  remove(id: string, modified?: string): boolean {
    const stored = this.#advisories.modified(id);
    if (stored === undefined) return false;
    if (modified !== undefined && Date.parse(stored) > Date.parse(modified)) return false;
    this.removed += 1;
    const before = this.#advisories.keys(id);
    this.#advisories.remove(id);
    this.#change(id, before, []);
    return true;
  }

  /** The ecosystems, without their release, of the packages that a stored record names. */
  ecosystemsOf(id: string): ReadonlySet<string> {
    return new Set(this.#advisories.keys(id).map(({ ecosystem }) => ecosystem.split(':', 1)[0] ?? ''));
  }

  flush(): void {
    this.#packages.flush();
    this.#waiting = 0;
  }

  #change(id: string, before: readonly PackageKey[], affected: readonly AffectedPackage[]): void {
    this.#packages.replace(id, before, affected);
    for (const key of [...before, ...keysOf(affected)]) this.#changed.set(`${key.ecosystem}\0${key.package}`, key);
    this.#waiting += 1;
    if (this.#waiting >= FLUSH_AFTER_RECORDS) this.flush();
  }
}
