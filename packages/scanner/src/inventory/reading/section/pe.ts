import { bytesIn } from '../bytes.ts';
import type { Section } from './section.ts';

const SECTION_SIZE = 40;
const NAME_SIZE = 8;

/** Sections of a Windows program (PE format, "Section Table"). */
export function* peSections(bytes: Buffer): Generator<Section> {
  const file = bytesIn('little', bytes);
  const header = file.u32(0x3c);
  if (header + 24 > bytes.length || bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return;
  const count = file.u16(header + 6);
  const table = header + 24 + file.u16(header + 20);
  for (let at = table; at < table + count * SECTION_SIZE && at + SECTION_SIZE <= bytes.length; at += SECTION_SIZE) {
    // What is used of it may be less than what the file keeps for it.
    const [used, kept] = [file.u32(at + 8), file.u32(at + 16)];
    const name = bytes.toString('latin1', at, at + NAME_SIZE).replace(/\0+$/, '');
    yield { name, offset: file.u32(at + 20), size: used > 0 ? Math.min(used, kept) : kept };
  }
}
