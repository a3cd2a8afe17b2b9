type Sections = Readonly<Record<string, Buffer>>;
/** Programs are padded: smaller ones are not wanted. */
const SIZE = 8192;

/** An ELF file with these sections, their names and the table of both at its end. */
export function elfFile(
  sections: Sections,
  { bits = 64, order = 'LE' }: { readonly bits?: 32 | 64; readonly order?: 'LE' | 'BE' } = {},
): Buffer {
  const is64 = bits === 64;
  const write = numbers(order);
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header[4] = is64 ? 2 : 1;
  header[5] = order === 'LE' ? 1 : 2;
  const all = Object.entries(sections);
  const names = Buffer.from(`\0${all.map(([name]) => `${name}\0`).join('')}.shstrtab\0`);
  const contents = [...all.map(([, content]) => content), names];
  const entrySize = is64 ? 64 : 40;
  const table = Buffer.alloc((contents.length + 1) * entrySize);
  let offset = SIZE;
  let name = 1;
  for (const [index, content] of contents.entries()) {
    const at = (index + 1) * entrySize;
    write.u32(table, name, at);
    if (is64) write.u64(table, offset, at + 0x18);
    else write.u32(table, offset, at + 0x10);
    if (is64) write.u64(table, content.length, at + 0x20);
    else write.u32(table, content.length, at + 0x14);
    offset += content.length;
    name += (all[index]?.[0].length ?? 0) + 1;
  }
  if (is64) write.u64(header, offset, 0x28);
  else write.u32(header, offset, 0x20);
  write.u16(header, entrySize, is64 ? 0x3a : 0x2e);
  write.u16(header, contents.length + 1, is64 ? 0x3c : 0x30);
  write.u16(header, contents.length, is64 ? 0x3e : 0x32);
  return Buffer.concat([header, Buffer.alloc(SIZE - header.length), ...contents, table]);
}

/** A PE file: a DOS header, then the file header and the section table. */
export function peFile(sections: Sections): Buffer {
  const head = Buffer.alloc(SIZE);
  head.write('MZ');
  head.writeUInt32LE(0x80, 0x3c);
  head.write('PE\0\0', 0x80, 'latin1');
  const all = Object.entries(sections);
  head.writeUInt16LE(all.length, 0x86);
  head.writeUInt16LE(240, 0x94);
  let offset = SIZE;
  for (const [index, [name, content]] of all.entries()) {
    const at = 0x98 + 240 + index * 40;
    head.write(name, at, 8, 'latin1');
    head.writeUInt32LE(content.length, at + 8);
    head.writeUInt32LE(content.length + 100, at + 16);
    head.writeUInt32LE(offset, at + 20);
    offset += content.length;
  }
  return Buffer.concat([head, ...Object.values(sections), Buffer.alloc(100)]);
}

/** A 64-bit Mach-O file with one segment. */
export function machOFile(sections: Sections): Buffer {
  const head = Buffer.alloc(SIZE);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(2, 16);
  // A command of another kind first.
  head.writeUInt32LE(0x1b, 32);
  head.writeUInt32LE(24, 36);
  const all = Object.entries(sections);
  const segment = 56;
  head.writeUInt32LE(0x19, segment);
  head.writeUInt32LE(72 + all.length * 80, segment + 4);
  head.writeUInt32LE(all.length, segment + 64);
  let offset = SIZE;
  for (const [index, [name, content]] of all.entries()) {
    const at = segment + 72 + index * 80;
    head.write(name, at, 16, 'latin1');
    head.writeBigUInt64LE(BigInt(content.length), at + 40);
    head.writeUInt32LE(offset, at + 48);
    offset += content.length;
  }
  return Buffer.concat([head, ...Object.values(sections)]);
}

function numbers(order: 'LE' | 'BE'): Record<'u16' | 'u32' | 'u64', (to: Buffer, value: number, at: number) => void> {
  const isLittle = order === 'LE';
  return {
    u16: (to, value, at) => void (isLittle ? to.writeUInt16LE(value, at) : to.writeUInt16BE(value, at)),
    u32: (to, value, at) => void (isLittle ? to.writeUInt32LE(value, at) : to.writeUInt32BE(value, at)),
    u64: (to, value, at) =>
      void (isLittle ? to.writeBigUInt64LE(BigInt(value), at) : to.writeBigUInt64BE(BigInt(value), at)),
  };
}
