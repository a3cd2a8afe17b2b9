import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AffectedPackage } from '@bulkhead/scanner';
import { type PackageKey, packageKey } from '../package-key.ts';
import { type EncodedAffected, encodeAffected } from './affected-codec.ts';
import { packValue, unpackValue } from './value.ts';

/** What is to change in a row before it is written once. */
interface PendingRow extends PackageKey {
  /** Advisories whose entries go, be it that they are replaced. */
  readonly removed: Set<string>;
  readonly added: EncodedAffected[];
}

/** Changes rows of `affected` by advisory. Changes wait until `flush`, so that each row is rewritten once. */
export class PackageRows {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #pending = new Map<string, PendingRow>();

  constructor(database: DatabaseSync) {
    this.#get = database.prepare('SELECT value FROM affected WHERE ecosystem = ? AND package = ?');
    this.#put = database.prepare('INSERT OR REPLACE INTO affected (ecosystem, package, value) VALUES (?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM affected WHERE ecosystem = ? AND package = ?');
  }

  /** Puts an advisory's entries in place of those it had under the keys `before`. */
  replace(advisory: string, before: readonly PackageKey[], affected: readonly AffectedPackage[]): void {
    for (const key of before) this.#clear(advisory, key);
    for (const entry of affected) {
      const name = packageKey(entry.ecosystem, entry.name);
      this.#clear(advisory, { ecosystem: entry.ecosystem, package: name }, true).added.push(
        encodeAffected(entry, name),
      );
    }
  }

  flush(): void {
    for (const [rowKey, { ecosystem, package: name, removed, added }] of this.#pending) {
      const value = this.#get.get(ecosystem, name)?.['value'];
      const stored = value instanceof Uint8Array ? (unpackValue(rowKey, value) as readonly EncodedAffected[]) : [];
      const entries = [...stored.filter(([advisory]) => !removed.has(advisory)), ...added];
      // As a new build has them, so that the same advisories give the same file.
      entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      if (entries.length === 0) this.#remove.run(ecosystem, name);
      else this.#put.run(ecosystem, name, packValue(rowKey, JSON.stringify(entries)));
    }
    this.#pending.clear();
  }

  /** Marks an advisory's stored entries for removal; entries added since by the same record stay. */
  #clear(advisory: string, key: PackageKey, keepAdded = false): PendingRow {
    const rowKey = `${key.ecosystem}\0${key.package}`;
    let row = this.#pending.get(rowKey);
    if (row === undefined) {
      row = { ...key, removed: new Set(), added: [] };
      this.#pending.set(rowKey, row);
    }
    row.removed.add(advisory);
    if (!keepAdded) {
      for (let index = row.added.length - 1; index >= 0; index -= 1) {
        if (row.added[index]?.[0] === advisory) row.added.splice(index, 1);
      }
    }
    return row;
  }
}
