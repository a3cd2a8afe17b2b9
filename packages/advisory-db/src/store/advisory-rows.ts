import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory, AffectedPackage } from '@bulkhead/scanner';
import { type PackageKey, packageKey } from '../package-key.ts';
import { packValue, unpackValue } from './value.ts';

/** What the database keeps of an advisory apart from its columns. */
export type StoredAdvisory = Omit<Advisory, 'id'>;

/** The rows of `advisory` and `advisory_key`: what is known of an advisory, and which packages name it. */
export class AdvisoryRows {
  readonly #modified: StatementSync;
  readonly #put: StatementSync;
  readonly #putKeys: StatementSync;
  readonly #keys: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeKeys: StatementSync;

  constructor(database: DatabaseSync) {
    this.#modified = database.prepare('SELECT modified FROM advisory WHERE id = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO advisory (id, source, modified, value) VALUES (?, ?, ?, ?)');
    this.#putKeys = database.prepare('INSERT OR REPLACE INTO advisory_key (id, value) VALUES (?, ?)');
    this.#keys = database.prepare('SELECT value FROM advisory_key WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM advisory WHERE id = ?');
    this.#removeKeys = database.prepare('DELETE FROM advisory_key WHERE id = ?');
  }

  /** When the stored record was last changed. */
  modified(id: string): string | undefined {
    const modified = this.#modified.get(id)?.['modified'];
    return typeof modified === 'string' ? modified : undefined;
  }

  put({ id, ...stored }: Advisory, affected: readonly AffectedPackage[]): void {
    // Source and time are columns to search by; what a reader is told has a checksum.
    const { source, modified } = stored;
    this.#put.run(id, source, modified, packValue(id, JSON.stringify(stored satisfies StoredAdvisory)));
    this.#putKeys.run(id, packValue(id, JSON.stringify(groupKeys(keysOf(affected)))));
  }

  /** The packages that the stored record names. */
  keys(id: string): readonly PackageKey[] {
    const value = this.#keys.get(id)?.['value'];
    if (!(value instanceof Uint8Array)) return [];
    const grouped = Object.entries(unpackValue(id, value) as Record<string, readonly string[]>);
    return grouped.flatMap(([ecosystem, names]) => names.map((name) => ({ ecosystem, package: name })));
  }

  remove(id: string): void {
    this.#remove.run(id);
    this.#removeKeys.run(id);
  }
}

/** The packages that these entries stand under, each once. */
export function keysOf(affected: readonly AffectedPackage[]): readonly PackageKey[] {
  const keys = new Map<string, PackageKey>();
  for (const { ecosystem, name } of affected) {
    const key = packageKey(ecosystem, name);
    keys.set(`${ecosystem}\0${key}`, { ecosystem, package: key });
  }
  return [...keys.values()];
}

function groupKeys(keys: readonly PackageKey[]): Record<string, readonly string[]> {
  const grouped = Map.groupBy(keys, ({ ecosystem }) => ecosystem);
  return Object.fromEntries([...grouped].map(([ecosystem, group]) => [ecosystem, group.map((key) => key.package)]));
}
