/** Numbers of a binary format in the byte order that its file declares. */
export interface ByteReader {
  readonly length: number;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  /** Beyond 53 bits the value is no longer exact, but then it is also beyond every file. */
  readonly u64: (at: number) => number;
}

/** Reads beyond the end give 0, which no format takes for a valid offset or count. */
export function bytesIn(order: 'little' | 'big', bytes: Buffer): ByteReader {
  const isLittle = order === 'little';
  const within = (at: number, size: number): boolean => at >= 0 && at + size <= bytes.length;
  return {
    length: bytes.length,
    u16: (at) => (within(at, 2) ? (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)) : 0),
    u32: (at) => (within(at, 4) ? (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) : 0),
    u64: (at) => (within(at, 8) ? Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)) : 0),
  };
}
