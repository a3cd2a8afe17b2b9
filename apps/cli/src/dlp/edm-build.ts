import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { formatCount } from '@bulkhead/core';
import type { ExactColumn, Normalisation } from '@bulkhead/inspector';
import { CliError, unreadableFile } from '../error.ts';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { writeNew, writeWhole } from '../output/write-whole.ts';
import { CsvProblem, csvRows } from './csv-rows.ts';

export interface EdmBuildOptions {
  readonly column: readonly string[];
  readonly output: string;
  readonly key?: string;
}

/** Rows handed to the inspector at once. */
const BATCH = 1024;
/** For its owner alone. */
const PRIVATE = 0o600;
const NORMALISATIONS: readonly string[] = ['digits', 'text', 'exact'] satisfies readonly Normalisation[];

/** Makes a set of keyed hashes of a CSV file's columns, and its key where there is none yet. */
export async function edmBuild(file: string, options: EdmBuildOptions, io: Io): Promise<number> {
  const { EXACT_KEY_BYTES, ExactDataBuilder, MAX_EXACT_COLUMNS, MAX_EXACT_NAME_BYTES } = await import(
    '@bulkhead/inspector'
  );
  const columns = options.column.map(columnOf);
  const long = columns.find(({ name }) => Buffer.byteLength(name) > MAX_EXACT_NAME_BYTES);
  if (columns.length > MAX_EXACT_COLUMNS || long !== undefined) {
    throw usage(
      `at most ${MAX_EXACT_COLUMNS} columns with names of at most ${MAX_EXACT_NAME_BYTES} bytes are possible`,
    );
  }
  const keyFile = options.key ?? `${options.output}.key`;
  const known = await keyIn(keyFile, EXACT_KEY_BYTES);
  const key = known ?? randomBytes(EXACT_KEY_BYTES);
  const builder = new ExactDataBuilder(columns, key);

  let places: readonly number[] | undefined;
  let batch: string[][] = [];
  const flush = (): void => {
    if (!builder.add(batch)) throw usage(`${JSON.stringify(file)} has more values than a set holds; split it`);
    batch = [];
  };
  try {
    for await (const { cells } of csvRows(textOf(file, io.signal))) {
      if (places === undefined) {
        places = columns.map(({ name }) => placeOf(name, cells));
        continue;
      }
      batch.push(places.map((place) => cells[place] ?? ''));
      if (batch.length === BATCH) flush();
    }
  } catch (cause) {
    if (!(cause instanceof CsvProblem)) throw cause;
    throw usage(`${JSON.stringify(file)} is no CSV: line ${cause.line}: ${cause.message}`);
  }
  flush();
  const built = builder.finish();
  if (built.values === 0) throw usage(`${JSON.stringify(file)} has no value that could be looked for`);
  // Nothing is left of a set that cannot be made, and its key is there before it; never over one that another has made meanwhile,
  // whose set could not be read any more.
  if (known === undefined) await writeNew({ file: keyFile, pieces: [key] }, PRIVATE);
  // At once: agents follow it, and would refuse half of one.
  await writeWhole([{ file: options.output, pieces: [built.bytes] }], PRIVATE, io.signal);
  const left = [
    [built.empty, 'empty'],
    [built.tooShort, 'too short'],
    [built.tooLong, 'too long'],
    [built.shared, 'shared by too many rows'],
  ] as const;
  const out = left.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  const lines = [
    `${formatCount(built.values, 'value')} of ${formatCount(built.rows, 'row')} in ${options.output}, key in ${keyFile}\n`,
    ...(out.length > 0 ? [`left out: ${out.join(', ')}\n`] : []),
  ];
  await writeAll(io.stdout, lines);
  return EXIT_OK;
}

/** `name` or `name:normalisation`. */
function columnOf(text: string): ExactColumn {
  const at = text.lastIndexOf(':');
  const normalisation = at === -1 ? 'text' : text.slice(at + 1);
  if (!isNormalisation(normalisation)) {
    throw usage(`"${normalisation}" of column "${text}" is no way to compare: use ${NORMALISATIONS.join(', ')}`);
  }
  return { name: at === -1 ? text : text.slice(0, at), normalisation };
}

function isNormalisation(text: string): text is Normalisation {
  return NORMALISATIONS.includes(text);
}

function placeOf(name: string, header: readonly string[]): number {
  const place = header.indexOf(name);
  if (place === -1) throw usage(`there is no column "${name}"; the first row has ${header.join(', ')}`);
  return place;
}

/** The key of an earlier set, so that both can be used with one; nothing where the file does not exist. */
async function keyIn(file: string, size: number): Promise<Uint8Array | undefined> {
  try {
    const key = await readFile(file);
    if (key.length !== size) throw usage(`${JSON.stringify(file)} is no key: it has ${key.length} bytes, not ${size}`);
    return key;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw cause instanceof CliError ? cause : unreadableFile(file, cause);
    }
  }
  return undefined;
}

async function* textOf(file: string, signal: AbortSignal): AsyncGenerator<string> {
  try {
    for await (const piece of createReadStream(file, { encoding: 'utf8', signal })) yield piece as string;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadableFile(file, cause);
  }
}

function usage(what: string): CliError {
  return new CliError('USAGE', { what, fix: 'see "bulkhead dlp edm build --help"' });
}
