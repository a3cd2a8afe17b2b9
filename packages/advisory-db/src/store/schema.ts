/**
 * The version of everything below, kept in the file's `user_version`. A reader refuses a newer one: what it does not
 * know could be what makes a package affected. It grows with every change that an older reader would misread.
 */
export const SCHEMA_VERSION = 1;

/** `BHdb` in the file's `application_id`: tells our databases from any other SQLite file. */
export const APPLICATION_ID = 0x42486462;

/**
 * One row of `affected` holds everything about one package, because that is what matching asks for; `WITHOUT ROWID`
 * makes the key and its value one B-tree entry. Text that only a finding needs (`advisory`) is apart, and the keys that
 * a record stands under (`advisory_key`), which only an update needs, are apart from that.
 */
export const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE source (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    licence TEXT NOT NULL,
    records INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    unmatchable INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    newest TEXT NOT NULL,
    high_water TEXT NOT NULL,
    checked_at TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE affected (
    ecosystem TEXT NOT NULL,
    package TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (ecosystem, package)
  ) WITHOUT ROWID;
  CREATE TABLE advisory (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    modified TEXT NOT NULL,
    value BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE advisory_key (id TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE rejected (source TEXT NOT NULL, record TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (source, record))
    WITHOUT ROWID;
  CREATE TABLE epss (cve TEXT PRIMARY KEY, probability REAL NOT NULL, percentile REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE kev (cve TEXT PRIMARY KEY, date_added TEXT NOT NULL, due_date TEXT, ransomware INTEGER NOT NULL)
    WITHOUT ROWID;
  CREATE TABLE vex (
    vulnerability TEXT NOT NULL,
    document TEXT NOT NULL,
    statement INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (vulnerability, document, statement)
  ) WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** The tables a file of this schema has. */
export const TABLE_NAMES = [
  'advisory',
  'advisory_key',
  'affected',
  'epss',
  'kev',
  'meta',
  'rejected',
  'source',
  'vex',
] as const;
