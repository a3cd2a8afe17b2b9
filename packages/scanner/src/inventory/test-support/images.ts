import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import type { FileEntry, Reader } from '../../reader/reader.ts';
import { readResult, type Seen, seen } from './read.ts';

const IMAGES = new URL('../../../../../../shared/data/images/', import.meta.url);
const BLOCK = 512;

/** Path of a shared image archive, or undefined with the reason printed. */
export function sharedImage(name: string): URL | undefined {
  const file = new URL(name, IMAGES);
  if (existsSync(file)) return file;
  process.stderr.write(`skipped: ${file.pathname} is absent\n`);
  return undefined;
}

export function sharedImages(): readonly string[] {
  return existsSync(IMAGES) ? readdirSync(IMAGES).filter((name) => name.endsWith('.tar')) : [];
}

interface TarFile {
  readonly entry: FileEntry;
  readonly content: Buffer;
}

/** All regular files of all layers of an archive, in no order that means anything: enough to try readers on them. */
export function filesOfImage(image: URL): TarFile[] {
  return [...tarFiles(unpacked(readFileSync(image)))].flatMap(({ content }) => {
    const layer = unpacked(content);
    return looksLikeTar(layer) ? [...tarFiles(layer)] : [];
  });
}

/** What the readers say about an archive's files, by reader. */
export function readImage(image: URL, readers: readonly Reader[]): ReadonlyMap<string, readonly Seen[]> {
  const byReader = new Map<string, Seen[]>();
  for (const { entry, content } of filesOfImage(image)) {
    for (const reader of readers) {
      if (!reader.wants(entry)) continue;
      const results = byReader.get(reader.id) ?? [];
      results.push(seen(readResult(reader, entry, content)));
      byReader.set(reader.id, results);
    }
  }
  return byReader;
}

function unpacked(content: Buffer): Buffer {
  if (content.readUInt16BE(0) === 0x1f8b) return gunzipSync(content);
  if (content.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(content);
  return content;
}

function looksLikeTar(content: Buffer): boolean {
  return content.length > BLOCK && content.toString('latin1', 257, 262) === 'ustar';
}

function* tarFiles(tar: Buffer): Generator<TarFile> {
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const type = String.fromCharCode(header[156] ?? 0);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    const prefix = text(header, 345, 155);
    const name = longName ?? (prefix === '' ? '' : `${prefix}/`) + text(header, 0, 100);
    longName = undefined;
    if (type === 'L') longName = text(content, 0, content.length);
    else if (type === 'x') longName = /\d+ path=(.*)\n/.exec(content.toString())?.[1];
    else if ((type === '0' || type === '\0') && size >= 4) {
      const path = name.replace(/^(?:\.?\/)+/, '');
      yield { entry: { path, size, mode: Number.parseInt(text(header, 100, 8), 8), kind: 'file' }, content };
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end).trim();
}
