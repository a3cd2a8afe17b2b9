import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory, AdvisorySource, AffectedPackage, DatabaseStatus } from '@bulkhead/scanner';
import { type DatabaseAge, type DatabaseSummary, readAge, readMeta, readSummary } from './database-summary.ts';
import { packageKey } from './package-key.ts';
import type { StoredAdvisory } from './store/advisory-rows.ts';
import { decodeAffected, type EncodedAffected } from './store/affected-codec.ts';
import { openDatabase } from './store/open.ts';
import { Recent } from './store/recent.ts';
import { Snapshot } from './store/snapshot.ts';
import { databaseError } from './store/sqlite-error.ts';
import { unpackValue } from './store/value.ts';
import { verifyDatabase } from './store/verify.ts';

/** Encoded bytes; decoded they take about five times as much. */
const RECENT_AFFECTED_BYTES = 8 * 1024 * 1024;
const RECENT_ADVISORY_BYTES = 4 * 1024 * 1024;
const RECENT_SCORE_BYTES = 2 * 1024 * 1024;

type EpssScore = NonNullable<ReturnType<AdvisorySource['epss']>>;
type KevEntry = NonNullable<ReturnType<AdvisorySource['kev']>>;

interface KnownState {
  readonly ecosystems: ReadonlySet<string>;
  readonly kev: ReadonlyMap<string, KevEntry>;
  /** Absent where the database has no scores. */
  readonly epssDate: string | undefined;
}

const NOTHING: readonly AffectedPackage[] = [];

/**
 * A vulnerability database, open for reading. Look-ups are synchronous and take microseconds; any of them throws
 * `AdvisoryDbError` DB_CORRUPT where the file does not hold what was written. Close it when done.
 *
 * All look-ups of one turn of the event loop see one state of the file; updates by others are seen from the next turn
 * on. A file that was built anew has taken this one's place and has to be opened again.
 */
export class AdvisoryDatabase implements AdvisorySource {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #affected: StatementSync;
  readonly #advisory: StatementSync;
  readonly #epss: StatementSync;
  readonly #vex: StatementSync;
  readonly #snapshot: Snapshot;
  readonly #recentAffected = new Recent<readonly AffectedPackage[]>(RECENT_AFFECTED_BYTES);
  readonly #recentAdvisories = new Recent<Advisory>(RECENT_ADVISORY_BYTES);
  readonly #recentScores = new Recent<{ readonly score: EpssScore | undefined }>(RECENT_SCORE_BYTES);
  #hasChanged = false;
  #state: KnownState | undefined;

  private constructor(file: string) {
    this.file = file;
    const database = openDatabase(file, 'read');
    this.#database = database;
    this.#affected = database.prepare('SELECT value FROM affected WHERE ecosystem = ? AND package = ?');
    this.#advisory = database.prepare('SELECT source, modified, value FROM advisory WHERE id = ?');
    this.#epss = database.prepare('SELECT probability, percentile FROM epss WHERE cve = ?');
    this.#vex = database.prepare('SELECT value FROM vex WHERE vulnerability = ? ORDER BY document, statement');
    this.#snapshot = new Snapshot(database, () => {
      this.#recentAffected.clear();
      this.#recentAdvisories.clear();
      this.#recentScores.clear();
      this.#state = undefined;
      this.#hasChanged = true;
    });
  }

  /** Opens a file; throws `AdvisoryDbError` with DB_MISSING, DB_CORRUPT or DB_TOO_NEW. */
  static open(file: string): AdvisoryDatabase {
    try {
      return new AdvisoryDatabase(file);
    } catch (cause) {
      throw databaseError(`cannot open the advisory database ${JSON.stringify(file)}`, cause);
    }
  }

  get ecosystems(): ReadonlySet<string> {
    return this.#known().ecosystems;
  }

  affecting(ecosystem: string, name: string): readonly AffectedPackage[] {
    this.#hold();
    const key = packageKey(ecosystem, name);
    const recent = this.#recentAffected.get(ecosystem, key);
    if (recent !== undefined) return recent;

    const row = this.#read(() => this.#affected.get(ecosystem, key));
    if (row === undefined) {
      this.#recentAffected.set(ecosystem, key, NOTHING, 0);
      return NOTHING;
    }
    const packed = row['value'] as Uint8Array;
    const encoded = unpackValue(`${ecosystem}\0${key}`, packed) as readonly EncodedAffected[];
    const affected = encoded.map((entry) => decodeAffected(entry, ecosystem, key));
    this.#recentAffected.set(ecosystem, key, affected, packed.byteLength);
    return affected;
  }

  advisory(id: string): Advisory | undefined {
    this.#hold();
    const recent = this.#recentAdvisories.get('', id);
    if (recent !== undefined) return recent;
    const row = this.#read(() => this.#advisory.get(id));
    if (row === undefined) return undefined;
    const packed = row['value'] as Uint8Array;
    const stored = unpackValue(id, packed) as Omit<StoredAdvisory, 'source' | 'modified'> | StoredAdvisory;
    // Earlier programs kept these in their columns alone.
    const advisory = { id, source: String(row['source']), modified: String(row['modified']), ...stored };
    this.#recentAdvisories.set('', id, advisory, packed.byteLength);
    return advisory;
  }

  epss(cve: string): EpssScore | undefined {
    const { epssDate } = this.#known();
    if (epssDate === undefined) return undefined;
    const recent = this.#recentScores.get('', cve);
    if (recent !== undefined) return recent.score;
    const row = this.#read(() => this.#epss.get(cve)) as { probability: number; percentile: number } | undefined;
    const score = row && { probability: row.probability, percentile: row.percentile, date: epssDate };
    this.#recentScores.set('', cve, { score }, 0);
    return score;
  }

  kev(cve: string): KevEntry | undefined {
    return this.#known().kev.get(cve);
  }

  /**
   * What the VEX documents in the database state about a vulnerability, by its name or an alias: each an OpenVEX document
   * with one statement.
   */
  statements(vulnerability: string): readonly unknown[] {
    const rows = this.#read(() => this.#vex.all(vulnerability));
    return rows.map((row) => unpackValue(vulnerability, row['value'] as Uint8Array));
  }

  /** What a scan report says about the database: its age and what is in it. */
  status(): DatabaseStatus {
    const age = this.age();
    const { schema, builtAt, checkedAt, newest: newestOfAll } = age;
    const sources = age.sources.map(({ name, records, newest, checkedAt: checked }) => ({
      name,
      records,
      newest,
      checkedAt: checked,
    }));
    return { schema, builtAt, checkedAt, newest: newestOfAll, sources };
  }

  /** How old it is and what it has from where. */
  age(): DatabaseAge {
    return this.#read(() => readAge(this.#database, this.file));
  }

  /** Everything `bulkhead db info` shows. It is counted: in a large database that takes a second. */
  summary(): DatabaseSummary {
    return this.#read(() => readSummary(this.#database, this.file));
  }

  /** The folders and URLs it was built from, in the order in which they were asked. */
  get origins(): readonly string[] {
    const origins: unknown = JSON.parse(this.#read(() => readMeta(this.#database, 'from')) ?? '[]');
    return Array.isArray(origins) ? origins.filter((origin): origin is string => typeof origin === 'string') : [];
  }

  /** Reads all of it, and throws DB_CORRUPT where it is not what was written. Takes seconds. */
  verify(): void {
    this.#read(() => verifyDatabase(this.#database, this.file));
  }

  /** Whether others have updated the file since this was asked last. Look-ups need not ask: they see it by themselves. */
  refresh(): boolean {
    this.#hold();
    const hasChanged = this.#hasChanged;
    this.#hasChanged = false;
    return hasChanged;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  close(): void {
    this.#snapshot.release();
    this.#database.close();
  }

  /** What is small and asked for with every finding. */
  #known(): KnownState {
    this.#hold();
    this.#state ??= this.#read(() => ({
      ecosystems: readEcosystems(this.#database),
      kev: readKev(this.#database),
      epssDate: readEpssDate(this.#database),
    }));
    return this.#state;
  }

  /** Before what was decoded earlier is used: the file may have changed since. */
  #hold(): void {
    if (!this.#snapshot.isHeld) this.#read(() => undefined);
  }

  #read<Result>(query: () => Result): Result {
    try {
      this.#snapshot.hold();
      return query();
    } catch (cause) {
      throw databaseError(`cannot read the advisory database ${JSON.stringify(this.file)}`, cause);
    }
  }
}

/** Hops from one ecosystem to the next along the key: a hundred steps, where DISTINCT would read every row. */
function readEcosystems(database: DatabaseSync): ReadonlySet<string> {
  const next = database.prepare('SELECT min(ecosystem) AS ecosystem FROM affected WHERE ecosystem > ?');
  const found = new Set<string>();
  for (let at: unknown = ''; typeof at === 'string'; ) {
    at = next.get(at)?.['ecosystem'];
    if (typeof at === 'string') found.add(at);
  }
  return found;
}

/** 1,400 entries: reading them all takes less than asking for a hundred one by one. */
function readKev(database: DatabaseSync): ReadonlyMap<string, KevEntry> {
  const rows = database.prepare('SELECT cve, date_added, due_date, ransomware FROM kev').all();
  return new Map(
    rows.map(({ cve, date_added: dateAdded, due_date: dueDate, ransomware }) => [
      String(cve),
      {
        dateAdded: String(dateAdded),
        ...(typeof dueDate === 'string' && { dueDate }),
        ransomware: ransomware === 1,
      },
    ]),
  );
}

function readEpssDate(database: DatabaseSync): string | undefined {
  const date = database.prepare("SELECT newest FROM source WHERE name = 'EPSS'").get()?.['newest'];
  return typeof date === 'string' ? date : undefined;
}
