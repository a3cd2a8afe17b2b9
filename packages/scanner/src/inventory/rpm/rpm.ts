import { wholeFileReader } from '../reading/define-reader.ts';
import { baseName } from '../reading/paths.ts';
import { SqliteFile } from '../reading/sqlite/sqlite.ts';
import { bdbHashHeaders, isBdbHash } from './bdb-hash.ts';
import { isNdb, ndbHeaders } from './ndb.ts';
import { addRpmPackage } from './package-of-header.ts';
import type { StoredHeader } from './stored-header.ts';

/** A host with 2,000 packages has about 200 MiB, most of it change logs; a container 5 to 40. */
const MAX_BYTES = 256 * 1024 * 1024;
/** RHEL and SUSE, their newer place, and rpm-ostree's. */
const DATABASE = /^(?:var\/lib\/rpm|usr\/lib\/sysimage\/rpm|usr\/share\/rpm)\/(?:rpmdb\.sqlite|Packages\.db|Packages)$/;
/** One message for each kind of damage is enough. */
const MAX_DAMAGE_MESSAGES = 3;

/** What is installed by rpm, from its database in each of its three formats: SQLite, NDB and Berkeley DB. */
export const rpmReader = wholeFileReader({
  id: 'rpm',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => DATABASE.test(path),
  read(content, found, { path }) {
    if (content.length === 0) return;
    const headers = headersOf(content);
    if (headers === undefined) {
      found.gap('unsupported', `${baseName(path)} is no RPM database that is read (SQLite, NDB, Berkeley DB hash)`);
      return;
    }
    let damages = 0;
    for (const stored of headers) {
      if ('header' in stored) addRpmPackage(stored.header, found);
      else {
        damages += 1;
        if (damages <= MAX_DAMAGE_MESSAGES) found.gap('corrupt', `${baseName(path)}: ${stored.damage}`);
      }
    }
    if (damages > MAX_DAMAGE_MESSAGES) found.gap('corrupt', `${baseName(path)}: ${damages} places are damaged`);
  },
});

function headersOf(content: Buffer): Generator<StoredHeader> | undefined {
  if (isNdb(content)) return ndbHeaders(content);
  if (isBdbHash(content)) return bdbHashHeaders(content);
  const database = SqliteFile.open(content);
  return database && sqliteHeaders(database);
}

/** The table `Packages` has the columns `hnum` and `blob`. */
function* sqliteHeaders(database: SqliteFile): Generator<StoredHeader> {
  for (const row of database.rows('Packages')) {
    const blob = 'values' in row ? row.values[1] : undefined;
    if ('damage' in row) yield row;
    else yield Buffer.isBuffer(blob) ? { header: blob } : { damage: 'a row holds no header' };
  }
}
