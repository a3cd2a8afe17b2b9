import type { Program, ProgramFilter, ProgramStore } from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql } from 'kysely';
import { KyselyContainerStore } from '../container/container-store.ts';
import type { Tables } from '../schema/tables.ts';

/** Programs, over either database. */
export function programStore(db: Kysely<Tables>): ProgramStore {
  return new KyselyContainerStore<Selectable<Tables['program']>, ProgramFilter, Program>(db, 'program', {
    where: ({ executable }) => (executable === undefined ? [] : [sql<boolean>`executable = ${executable}`]),
    read: ({ executable, user_id: user, from_image: origin }) => ({
      executable,
      ...(user !== null && { user }),
      ...(origin !== null && { fromImage: origin === 1 }),
    }),
  });
}
