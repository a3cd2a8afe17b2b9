import type { File, FileFilter, FileStore } from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql } from 'kysely';
import { KyselyContainerStore } from '../container/container-store.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import type { Tables } from '../schema/tables.ts';
import { foldFiles } from './fold-files.ts';

type Row = Selectable<Tables['file']>;

/** Files that containers write, over either database. */
export class KyselyFileStore extends KyselyContainerStore<Row, FileFilter, File> implements FileStore {
  readonly #files: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    super(db, 'file', {
      where: ({ path }) => (path === undefined ? [] : [sql<boolean>`path = ${path}`]),
      read: ({ path, is_folder: isFolder, executable }) => ({
        path,
        ...(isFolder === 1 && { folder: true }),
        ...(executable !== null && { executable }),
        access: 'write',
      }),
    });
    this.#files = db;
    this.#dialect = dialect;
  }

  fold(most: number, limit: number): Promise<number> {
    return foldFiles(this.#files, this.#dialect, most, limit);
  }
}
