import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { ReportText } from '@bulkhead/scanner';
import { CliError } from '../error.ts';
import { type Io, writeAll } from '../io.ts';
import { unwritable, writeWhole } from '../output/write-whole.ts';

/** Reports are for everybody whom the umask lets read them. */
const READABLE = 0o644;

/** Refuses a file that could not be written, before anything is scanned. */
export async function checkOutput(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await access(dirname(resolve(file)), constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/**
 * Writes a report to standard output or to a file: whole or not at all. A report of several texts needs a file, beside
 * which the others stand as `NAME-2.sarif`, `NAME-3.sarif` …
 */
export async function writeReport(texts: readonly ReportText[], file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) {
    if (texts.length > 1) {
      throw new CliError('USAGE', {
        what: `the report needs ${texts.length} files`,
        why: 'its readers take no larger ones',
        fix: 'name the first one with --output',
      });
    }
    for (const text of texts) await writeAll(io.stdout, text);
    return;
  }
  const contents = texts.map((text, index) => ({ file: numbered(file, index + 1), pieces: inChunks(text) }));
  await writeWhole(contents, READABLE, io.signal);
  if (texts.length > 1) {
    io.stderr.write(`the report is in ${texts.length} files: ${contents.map((one) => one.file).join(', ')}\n`);
  }
}

/** Large enough that system calls do not count. */
const CHUNK = 256 * 1024;

function* inChunks(text: ReportText): Generator<string> {
  let chunk = '';
  for (const piece of text) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function numbered(file: string, number: number): string {
  if (number === 1) return file;
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}-${number}${extension}`;
}
