import { LineTooLongError, readLines } from './lines.ts';

/** A line of `modified_id.csv`: a record and when it was changed. */
export interface ModifiedLine {
  readonly modified: string;
  readonly id: string;
}

/** What is newer than a point in time; anything but `lines` says that the whole archive has to be read instead. */
export type Delta =
  | { readonly kind: 'lines'; readonly lines: readonly ModifiedLine[]; readonly newest: string | undefined }
  | { readonly kind: 'too-many' }
  /** It is no such list, or not in order: what stands behind could be newer. */
  | { readonly kind: 'unusable' };

/** Each is a request of its own; an archive of this many records takes less time. */
export const MAX_DELTA_RECORDS = 5000;
const MAX_LINE_LENGTH = 512;
const LINE = /^(\d{4}-\d{2}-\d{2}T[\d:.]{5,20}(?:Z|[+-]\d{2}:\d{2})?),([A-Za-z0-9][A-Za-z0-9._:+@~-]{0,255})$/;

/**
 * Reads a list, newest first, up to the first line that is older than `since`. Lines of the same time as `since` are
 * given again: two records may have been changed at once and published one after the other.
 */
export async function readDelta(pieces: AsyncIterable<Uint8Array>, since: string): Promise<Delta> {
  const mark = Date.parse(since);
  const lines: ModifiedLine[] = [];
  let last = Number.POSITIVE_INFINITY;
  try {
    for await (const line of readLines(pieces, MAX_LINE_LENGTH)) {
      if (line === '') continue;
      const [, modified = '', id = ''] = LINE.exec(line) ?? [];
      const time = Date.parse(modified);
      if (Number.isNaN(time) || time > last) return { kind: 'unusable' };
      last = time;
      if (time < mark) break;
      if (lines.length === MAX_DELTA_RECORDS) return { kind: 'too-many' };
      lines.push({ modified, id });
    }
  } catch (error) {
    if (error instanceof LineTooLongError) return { kind: 'unusable' };
    throw error;
  }
  return { kind: 'lines', lines, newest: lines[0]?.modified };
}
