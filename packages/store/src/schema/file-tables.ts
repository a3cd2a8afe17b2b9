import type { Generated } from 'kysely';
import type { SeenColumns } from './container-columns.ts';
import type { DialectWords } from './dialect-words.ts';

/** What containers write. */
export interface FileTables {
  readonly file: FileTable;
}

interface FileTable extends SeenColumns {
  readonly id: Generated<number>;
  /** Digest of the container and what runs it: by their names, whoever lists by namespace would be led to sort all of one. */
  readonly place: string;
  readonly path: string;
  readonly is_folder: number;
  readonly executable: string | null;
}

export function fileTables({ bigId, big, sorted }: DialectWords): readonly string[] {
  return [
    `create table file (
      id ${bigId}, digest text not null unique, namespace text not null, workload text not null, container text not null,
      place text not null, path text not null, is_folder integer not null, executable text, verdict text not null,
      count ${big} not null, groups text not null, first_seen text not null, last_seen ${sorted} not null)`,
    'create index file_seen on file (last_seen, id)',
    'create index file_place on file (place)',
  ];
}
