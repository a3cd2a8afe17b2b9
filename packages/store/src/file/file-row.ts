import { createHash } from 'node:crypto';
import type { ContainerPlace, FileObservation } from '@bulkhead/control-plane';
import type { Insertable } from 'kysely';
import { type SeenIn, seenRow } from '../container/add-seen.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

/** A file as it was seen to be written. */
export function fileRow(seen: SeenIn<FileObservation>): Insertable<Tables['file']> {
  const { path, folder = false, executable, verdict, count } = seen.one;
  const own = {
    place: placeDigest(seen.local.place),
    path: keptText(path),
    is_folder: Number(folder),
    executable: executable === undefined ? null : keptText(executable),
    verdict,
  };
  return seenRow(seen, own, count);
}

function placeDigest({ namespace = '', workload, container }: ContainerPlace): string {
  return createHash('sha256')
    .update(JSON.stringify([namespace, workload, container]))
    .digest('base64');
}
