import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { errorLine } from '@bulkhead/core';
import { downloadFrom } from '../api/download.ts';
import { type ApiPlace, refusalOf } from '../api/request-api.ts';
import { CliError } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

export interface GetOptions extends ApiPlace {
  readonly output: string;
}

/** Downloads the capture that an event tells of, whole or not at all. */
export async function get(id: string, { output, ...place }: GetOptions, io: Io): Promise<number> {
  const failure = `cannot download the capture of event ${JSON.stringify(id)}`;
  const path = `/api/v1/events/${encodeURIComponent(id)}/capture`;
  const part = `${output}.part`;
  const file = await openPart(part);
  let isWhole = false;
  try {
    const outcome = await downloadFrom(place, { path, failure, signal: io.signal }, file);
    if (outcome.kind === 'refused') {
      const lines = refusalOf(outcome.answer, place.api, failure).map((text) => `${errorLine(text)}\n`);
      await writeAll(io.stderr, lines);
      return EXIT_FAILURE;
    }
    await file.sync();
    await rename(part, output).catch((cause: unknown) => {
      throw unwritable(output, cause);
    });
    isWhole = true;
    await writeAll(io.stderr, [`${outcome.bytes} bytes in ${JSON.stringify(output)}\n`]);
    return EXIT_OK;
  } finally {
    await file.close();
    if (!isWhole) await rm(part, { force: true });
  }
}

/** Packets are what a policy is there to protect: nobody else reads them. */
async function openPart(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): CliError {
  const what = `cannot write ${JSON.stringify(file)}`;
  const why = (cause as Error).message;
  return new CliError('UNWRITABLE_FILE', { what, why, fix: 'name another file' }, { cause });
}
