interface Tag {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly (string | number)[];
}

/** A header as rpm stores it, made from what a test says. Texts are of type 6 or 8, numbers of type 3 or 4. */
export function rpmHeader(tags: readonly Tag[]): Buffer {
  const data: Buffer[] = [];
  let offset = 0;
  const index = tags.map(({ tag, type, values }) => {
    const bytes = Buffer.concat(values.map((value) => encoded(value, type)));
    const entry = Buffer.alloc(16);
    for (const [at, number] of [tag, type, offset, values.length].entries()) entry.writeUInt32BE(number, at * 4);
    data.push(bytes);
    offset += bytes.length;
    return entry;
  });
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(tags.length, 0);
  counts.writeUInt32BE(offset, 4);
  return Buffer.concat([counts, ...index, ...data]);
}

function encoded(value: string | number, type: number): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value}\0`);
  const bytes = Buffer.alloc(type === 3 ? 2 : 4);
  if (type === 3) bytes.writeUInt16BE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}

/** An NDB file: one page of slots, then the blobs, each padded to blocks of 16 bytes. */
export function ndbFile(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP', 0);
  slots.writeUInt32LE(7, 8);
  slots.writeUInt32LE(1, 12);
  slots.writeUInt32LE(headers.length + 1, 16);
  for (let at = 32; at < slots.length; at += 16) slots.write('Slot', at);
  let block = slots.length / 16;
  const blobs = headers.map((header, index) => {
    const blocks = Math.ceil((16 + header.length + 12) / 16);
    const blob = Buffer.alloc(blocks * 16);
    blob.write('BlbS', 0);
    blob.writeUInt32LE(index + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, 16);
    blob.writeUInt32LE(header.length, blob.length - 8);
    blob.write('BlbE', blob.length - 4);
    // The second slot stays free, as after a removal.
    const slot = 32 + (index === 0 ? 0 : index + 1) * 16;
    slots.writeUInt32LE(index + 1, slot + 4);
    slots.writeUInt32LE(block, slot + 8);
    slots.writeUInt32LE(blocks, slot + 12);
    block += blocks;
    return blob;
  });
  return Buffer.concat([slots, ...blobs]);
}

/**
 * A Berkeley DB hash file with one page of hash items: the first header inside that page, the others in chains of
 * overflow pages of 512 bytes.
 */
export function bdbHashFile(headers: readonly Buffer[], order: 'LE' | 'BE' = 'LE'): Buffer {
  const pageSize = 512;
  const put16 = (page: Buffer, value: number, at: number): number =>
    order === 'LE' ? page.writeUInt16LE(value, at) : page.writeUInt16BE(value, at);
  const put32 = (page: Buffer, value: number, at: number): number =>
    order === 'LE' ? page.writeUInt32LE(value, at) : page.writeUInt32BE(value, at);
  const meta = Buffer.alloc(pageSize);
  put32(meta, 0x00061561, 12);
  put32(meta, 9, 16);
  put32(meta, pageSize, 20);
  meta[25] = 8;
  const items = Buffer.alloc(pageSize);
  items[25] = 13;
  const pages = [meta, items];
  let free = pageSize;
  const addItem = (bytes: Buffer): void => {
    free -= bytes.length;
    bytes.copy(items, free);
    const entries = order === 'LE' ? items.readUInt16LE(20) : items.readUInt16BE(20);
    put16(items, free, 26 + entries * 2);
    put16(items, entries + 1, 20);
  };
  // Key 0: the number of the newest package.
  addItem(Buffer.from([1, 0, 0, 0, 0]));
  addItem(Buffer.from([1, headers.length, 0, 0, 0]));
  for (const [index, header] of headers.entries()) {
    addItem(Buffer.from([1, index + 1, 0, 0, 0]));
    if (index === 0) {
      addItem(Buffer.concat([Buffer.from([1]), header]));
      continue;
    }
    const reference = Buffer.alloc(12);
    reference[0] = 3;
    put32(reference, pages.length, 4);
    put32(reference, header.length, 8);
    addItem(reference);
    for (let at = 0; at < header.length; at += pageSize - 26) {
      const part = header.subarray(at, at + pageSize - 26);
      const page = Buffer.alloc(pageSize);
      put32(page, pages.length, 8);
      put32(page, at + part.length < header.length ? pages.length + 1 : 0, 16);
      put16(page, part.length, 22);
      page[25] = 7;
      part.copy(page, 26);
      pages.push(page);
    }
  }
  put32(meta, pages.length - 1, 32);
  return Buffer.concat(pages);
}
