import { OciError } from '../error.ts';

/** Records of one extended header; sparse maps are the longest thing in them. Go's reader, which every runtime uses, stops at 1 MiB too. */
export const MAX_EXTENDED_BYTES = 1 << 20;

/**
 * Reads the records of a pax extended header ("length key=value\n", POSIX.1-2017 pax). An empty value takes a key back;
 * of GNU's repeated sparse keys (format 0.0) the values are joined with commas, as format 0.1 writes them.
 */
export function readPax(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 || space - at > 10 ? Number.NaN : Number(content.toString('latin1', at, space));
    const end = at + length;
    const equals = content.indexOf(0x3d, space);
    if (!(length > 0) || end > content.length || content[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw new OciError('LAYER_CORRUPT', {
        what: 'the tar archive is damaged',
        why: 'an extended header is no list of records',
      });
    }
    const key = content.toString('utf8', space + 1, equals);
    const value = content.toString('utf8', equals + 1, end - 1);
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') {
      const map = records.get('GNU.sparse.map');
      records.set('GNU.sparse.map', map === undefined ? value : `${map},${value}`);
    } else if (value === '') records.delete(key);
    else records.set(key, value);
    at = end;
  }
  return records;
}
