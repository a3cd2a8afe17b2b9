import { elfSections } from './elf.ts';
import { machOSections } from './mach-o.ts';
import { peSections } from './pe.ts';
import type { Section } from './section.ts';

/** The sections of an ELF, PE or Mach-O file, from its bytes or as many of them as there are. */
export function sectionsOf(bytes: Buffer): Iterable<Section> {
  if (bytes.length < 64) return [];
  const magic = bytes.readUInt32BE(0);
  if (magic === 0x7f454c46) return elfSections(bytes);
  if (bytes.readUInt16BE(0) === 0x4d5a) return peSections(bytes);
  return machOSections(bytes, 0);
}
