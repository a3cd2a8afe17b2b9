import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Clock } from '@bulkhead/core';
import {
  type AdvisorySource,
  type DatabaseStatus,
  EVERY_IMAGE,
  type Gap,
  type Inventory,
  type InventoryJudge,
  type Judgement,
  matchInventory,
  secretFindings,
} from '@bulkhead/scanner';
import { AdvisoryDatabase } from './advisory-database.ts';
import { packageKey } from './package-key.ts';

/**
 * Of one image, container or node. Packages and advisories multiply: a hundred thousand versions of a kernel would have some hundred
 * million. It is also as many as the command line reads.
 */
export const MAX_FINDINGS = 100_000;

/**
 * Judges inventories by a database file that others may update or replace at any time: each judgement sees one state of
 * it, and says which. Secrets that were found are findings whatever it says. Close it when done.
 */
export class DatabaseJudge implements InventoryJudge {
  readonly #file: string;
  readonly #clock: Clock;
  #open: { readonly database: AdvisoryDatabase; readonly inode: number; state: string } | undefined;

  /** Opens the file at once; throws `AdvisoryDbError` where it cannot be used. */
  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#current();
  }

  get database(): string {
    return this.#current().state;
  }

  /** How many ecosystems have advisories. */
  get ecosystems(): number {
    return this.#current().database.ecosystems.size;
  }

  /** What it has and how old that is. */
  get status(): DatabaseStatus {
    return this.#current().database.status();
  }

  /** `gaps`: packages that there are no advisories about. Throws `TOO_MANY_FINDINGS` beyond `MAX_FINDINGS`. */
  judge(inventory: Inventory): Judgement & { readonly gaps: readonly Gap[] } {
    const { database, state } = this.#current();
    const { source, keys } = remember(database);
    const { findings, gaps } = matchInventory(inventory, source, { now: this.#clock.now(), maxFindings: MAX_FINDINGS });
    return {
      findings: [...findings, ...secretFindings(inventory)],
      lookedUp: [...keys.values(), EVERY_IMAGE],
      database: state,
      gaps,
    };
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #current(): { readonly database: AdvisoryDatabase; readonly state: string } {
    const inode = inodeOf(this.#file);
    if (inode !== undefined && this.#open !== undefined && this.#open.inode !== inode) this.close();
    if (this.#open === undefined) {
      const database = AdvisoryDatabase.open(this.#file);
      this.#open = { database, inode: inode ?? 0, state: databaseState(database) };
    } else if (this.#open.database.refresh()) {
      this.#open.state = databaseState(this.#open.database);
    }
    return this.#open;
  }
}

/**
 * Names what a database says about packages: another state may judge differently. Scores of EPSS and entries of KEV do
 * not count, since they make nothing affected.
 */
export function databaseState(database: AdvisoryDatabase): string {
  const { builtAt, sources } = database.age();
  const advisories = sources.filter(({ kind }) => kind !== 'epss' && kind !== 'kev');
  const parts = advisories.map(({ name, kind, records, withdrawn, newest, highWater }) => [
    name,
    kind,
    records,
    withdrawn,
    newest,
    highWater,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([builtAt, parts]))
    .digest('hex')
    .slice(0, 32);
}

/** A file that is being replaced may be away for a moment; what is open stays good until then. */
function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

/** Remembers what is looked up in a database. */
function remember(database: AdvisoryDatabase) {
  const keys = new Map<string, { readonly ecosystem: string; readonly name: string }>();
  const source: AdvisorySource = {
    ecosystems: database.ecosystems,
    affecting(ecosystem, name) {
      const key = packageKey(ecosystem, name);
      keys.set(`${ecosystem}\0${key}`, { ecosystem, name: key });
      return database.affecting(ecosystem, name);
    },
    advisory: (id) => database.advisory(id),
    epss: (cve) => database.epss(cve),
    kev: (cve) => database.kev(cve),
  };
  return { source, keys };
}
