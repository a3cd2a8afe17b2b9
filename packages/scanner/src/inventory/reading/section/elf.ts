import { bytesIn } from '../bytes.ts';
import { MAX_SECTIONS, type Section } from './section.ts';

/** Names are short; the string table may be anything. */
const MAX_NAME = 64;

/** Sections of an ELF file (System V ABI, "Object Files"): the header names a table, which names a table of names. */
export function* elfSections(bytes: Buffer): Generator<Section> {
  const is64 = bytes[4] === 2;
  const file = bytesIn(bytes[5] === 2 ? 'big' : 'little', bytes);
  const word = is64 ? file.u64 : file.u32;
  const table = word(is64 ? 0x28 : 0x20);
  const entrySize = file.u16(is64 ? 0x3a : 0x2e);
  const count = Math.min(file.u16(is64 ? 0x3c : 0x30), MAX_SECTIONS);
  const offsetField = is64 ? 0x18 : 0x10;
  const sizeField = is64 ? 0x20 : 0x14;
  if (table === 0 || entrySize < (is64 ? 64 : 40) || table + count * entrySize > bytes.length) return;
  const names = word(table + file.u16(is64 ? 0x3e : 0x32) * entrySize + offsetField);
  for (let index = 0; index < count; index += 1) {
    const at = table + index * entrySize;
    const name = names + file.u32(at);
    if (name >= bytes.length) continue;
    const end = bytes.subarray(name, name + MAX_NAME).indexOf(0);
    yield {
      name: bytes.toString('latin1', name, name + (end === -1 ? MAX_NAME : end)),
      offset: word(at + offsetField),
      size: word(at + sizeField),
    };
  }
}
