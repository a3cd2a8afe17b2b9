import { readVarint } from './varint.ts';

/** What a column may hold here. Text is taken as UTF-8, which every database of packages uses. */
export type SqliteValue = number | string | Buffer | undefined;

/** SQLite allows 32,767 columns; tables of packages have two, the schema table five. */
const MAX_COLUMNS = 64;
const SIZE_OF_INTEGER = [0, 1, 2, 3, 4, 6, 8] as const;
const REAL = 7;

/** Decodes "Record Format": a header of serial types, then the values. Undefined where it is cut short. */
export function readRecord(payload: Buffer): readonly SqliteValue[] | undefined {
  const headerSize = readVarint(payload, 0);
  if (headerSize === undefined || headerSize.value > payload.length) return undefined;
  const values: SqliteValue[] = [];
  let at = headerSize.value;
  for (let header = headerSize.end; header < headerSize.value && values.length < MAX_COLUMNS; ) {
    const serial = readVarint(payload, header);
    if (serial === undefined) return undefined;
    header = serial.end;
    const size = sizeOf(serial.value);
    if (size === undefined || at + size > payload.length) return undefined;
    values.push(valueOf(payload.subarray(at, at + size), serial.value));
    at += size;
  }
  return values;
}

/** Undefined for the two types that are reserved. */
function sizeOf(serial: number): number | undefined {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  if (serial === REAL) return 8;
  return serial === 8 || serial === 9 ? 0 : SIZE_OF_INTEGER[serial];
}

function valueOf(bytes: Buffer, serial: number): SqliteValue {
  if (serial >= 12) return serial % 2 === 0 ? bytes : bytes.toString('utf8');
  if (serial === 0) return undefined;
  if (serial === REAL) return bytes.readDoubleBE(0);
  if (serial === 8 || serial === 9) return serial - 8;
  return serial === 6 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}
