import { inflateSync } from 'node:zlib';
import { z } from 'zod';

import type { Collector } from '../reading/collector.ts';
import { streamReader } from '../reading/define-reader.ts';
import { isExecutable, wantsExecutable } from '../reading/executable.ts';
import { FileHead } from '../reading/file-head.ts';
import { entryOf, readJson } from '../reading/json.ts';
import type { Section } from '../reading/section/section.ts';
import { sectionsOf } from '../reading/section/sections-of.ts';

const SECTION = '.dep-v0';
/** The section is part of what is loaded, before symbols and debug information: beyond this it has not been seen. */
const MAX_KEPT = 32 * 1024 * 1024;
/** As cargo-auditable's own readers limit it. */
const MAX_UNPACKED = 8 * 1024 * 1024;

const Audit = z.object({ packages: z.array(z.unknown()) });
const Entry = z.object({
  name: z.string(),
  version: z.string(),
  source: z.string().optional(),
  kind: z.string().optional(),
});

/**
 * Rust programs built with cargo-auditable: the crates they were built from, as zlib-compressed JSON in the section
 * `.dep-v0`. ELF names its sections at its end, so what is before is kept until then, to a limit.
 */
export const cargoAuditableReader = streamReader({
  id: 'cargo-auditable',
  version: 1,
  wants: wantsExecutable,
  open({ size }) {
    const head = new FileHead(Math.min(size, MAX_KEPT), MAX_KEPT);
    let isSeenBeyond = false;
    return {
      write(chunk) {
        const wasProgram = head.length >= 4;
        if (!head.append(chunk)) isSeenBeyond ||= chunk.includes(SECTION);
        return wasProgram || head.length < 4 || isExecutable(head.bytes);
      },
      end(_complete, found) {
        if (head.length >= 4 && isExecutable(head.bytes)) {
          const section = sectionNamed(head.bytes);
          if (section !== undefined) readSection(head.bytes, section, found);
          else if (isSeenBeyond)
            found.gap('too-large', `the program is larger than is read for its ${SECTION} section`);
        }
        head.release();
      },
    };
  },
});

function sectionNamed(file: Buffer): Section | undefined {
  for (const section of sectionsOf(file)) if (section.name === SECTION) return section;
  return undefined;
}

function readSection(file: Buffer, section: Section, found: Collector): void {
  const content = file.subarray(section.offset, section.offset + section.size);
  const json = content.length === section.size ? unpacked(content) : undefined;
  const audit = json && readJson(json, Audit, found);
  if (json === undefined) found.gap('corrupt', `its ${SECTION} section cannot be unpacked`);
  for (const value of audit?.packages ?? []) {
    const entry = entryOf(value, Entry, found);
    // The program itself and the crates of its workspace.
    if (entry === undefined || entry.source === 'local') continue;
    found.add({
      type: 'cargo',
      name: entry.name,
      version: entry.version,
      ...(entry.kind === 'build' && { scope: 'development' }),
    });
  }
}

function unpacked(content: Buffer): Buffer | undefined {
  try {
    return inflateSync(content, { maxOutputLength: MAX_UNPACKED });
  } catch {
    return undefined;
  }
}
