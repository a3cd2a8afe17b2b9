import { zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';

import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { withoutRoot } from '../reading/paths.ts';
import { linesOf } from '../reading/text.ts';

const MAX_BYTES = 16 * 1024 * 1024;
/** A manifest of all slices of a base image has less than 2 MiB; a zstd frame may claim any size. */
const MAX_UNPACKED = 128 * 1024 * 1024;

/** The entries of schema 1.0 that say something here; `slice`, `path` and what newer schemas add are skipped. */
const Entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('package'), name: z.string(), version: z.string(), arch: z.string().optional() }),
  z.object({ kind: z.literal('content'), slice: z.string(), path: z.string() }),
]);
const AnyEntry = z.object({ kind: z.string() });

/**
 * Chisel's manifest of a chiselled Ubuntu image (`manifest.wall`: zstd over JSON lines, the first of which is the
 * format's header). It does not say from which source a package was built.
 */
export const chiselReader = wholeFileReader({
  id: 'chisel',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => path === 'var/lib/chisel/manifest.wall',
  read(content, found) {
    const text = unpacked(content, found);
    if (text === undefined) return;
    const lines = linesOf(text);
    if (!isHeader(lines.next().value ?? '')) {
      found.gap('unsupported', 'the Chisel manifest has no jsonwall header');
      return;
    }
    const pathsByPackage = new Map<string, Set<string>>();
    for (const line of lines) readEntry(line, found, pathsByPackage);
    for (const [name, paths] of pathsByPackage) found.owned({ type: 'deb', name }, [...paths]);
  },
});

function unpacked(content: Buffer, found: Collector): string | undefined {
  try {
    return zstdDecompressSync(content, { maxOutputLength: MAX_UNPACKED }).toString('utf8');
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    if (tooLarge) found.gap('too-large', `the Chisel manifest unpacks to more than ${MAX_UNPACKED} bytes`);
    else found.gap('corrupt', 'the Chisel manifest is no valid zstd frame');
    return undefined;
  }
}

function isHeader(line: string): boolean {
  return z.object({ jsonwall: z.string() }).safeParse(parsed(line)).success;
}

function readEntry(line: string, found: Collector, pathsByPackage: Map<string, Set<string>>): void {
  const value = parsed(line);
  const entry = Entry.safeParse(value);
  if (!entry.success) {
    const kind = AnyEntry.safeParse(value);
    if (!kind.success || kind.data.kind === 'package' || kind.data.kind === 'content') found.malformed();
    return;
  }
  if (entry.data.kind === 'package') {
    const { name, version, arch } = entry.data;
    found.add({ type: 'deb', name, version, ...(arch !== undefined && { arch }) });
    return;
  }
  const owner = entry.data.slice.split('_', 1)[0] ?? '';
  const paths = pathsByPackage.get(owner) ?? new Set();
  if (!entry.data.path.endsWith('/')) paths.add(withoutRoot(entry.data.path));
  pathsByPackage.set(owner, paths);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
