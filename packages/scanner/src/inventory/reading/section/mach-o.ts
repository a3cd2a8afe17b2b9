import { type ByteReader, bytesIn } from '../bytes.ts';
import { MAX_SECTIONS, type Section } from './section.ts';

const FAT = 0xcafebabe;
const SEGMENT_32 = 1;
const SEGMENT_64 = 0x19;
const MAX_COMMANDS = 10_000;
/** Programs for several processors in one file; real ones have two or three. */
const MAX_SLICES = 16;

/** Sections of a Mach-O file (mach-o/loader.h), of all its slices where it is for several processors. */
export function* machOSections(bytes: Buffer, base: number): Generator<Section> {
  if (base + 32 > bytes.length) return;
  const magic = bytes.readUInt32BE(base);
  if (magic === FAT && base === 0) {
    const file = bytesIn('big', bytes);
    const slices = Math.min(file.u32(4), MAX_SLICES);
    for (let index = 0; index < slices; index += 1)
      yield* machOSections(bytes, file.u32(8 + index * 20 + 8) || bytes.length);
    return;
  }
  const isBig = magic === 0xfeedface || magic === 0xfeedfacf;
  if (!isBig && magic !== 0xcefaedfe && magic !== 0xcffaedfe) return;
  const is64 = magic === 0xfeedfacf || magic === 0xcffaedfe;
  const file = bytesIn(isBig ? 'big' : 'little', bytes);
  const commands = Math.min(file.u32(base + 16), MAX_COMMANDS);
  let at = base + (is64 ? 32 : 28);
  for (let index = 0; index < commands && at + 8 <= bytes.length; index += 1) {
    const kind = file.u32(at);
    if (kind === SEGMENT_32 || kind === SEGMENT_64)
      yield* sectionsOfSegment(bytes, file, at, base, kind === SEGMENT_64);
    const size = file.u32(at + 4);
    if (size < 8) return;
    at += size;
  }
}

function* sectionsOfSegment(
  bytes: Buffer,
  file: ByteReader,
  at: number,
  base: number,
  is64: boolean,
): Generator<Section> {
  const sectionSize = is64 ? 80 : 68;
  const count = Math.min(file.u32(at + (is64 ? 64 : 48)), MAX_SECTIONS);
  let section = at + (is64 ? 72 : 56);
  for (let index = 0; index < count && section + sectionSize <= bytes.length; index += 1) {
    yield {
      name: bytes.toString('latin1', section, section + 16).replace(/\0.*$/s, ''),
      size: is64 ? file.u64(section + 40) : file.u32(section + 36),
      offset: base + file.u32(section + (is64 ? 48 : 40)),
    };
    section += sectionSize;
  }
}
