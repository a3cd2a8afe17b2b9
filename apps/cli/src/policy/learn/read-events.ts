import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { ToldFlows } from '@bulkhead/policy';
import { CliError, unreadableFile } from '../../error.ts';
import { refuseTwoReadersOfStdin, STDIN, standardInput } from '../../stdin.ts';
import { linesOf } from './lines.ts';

/** What the output of agents says of flows. Throws where it says nothing, or more than can be kept. */
export async function readEvents(files: readonly string[], signal: AbortSignal): Promise<ReadEvents> {
  refuseTwoReadersOfStdin(files);
  const told = new ToldFlows();
  let [events, unread] = [0, 0];
  for (const file of files) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: they are as large as memory
    for await (const line of linesOf(open(file, signal))) {
      const value = line === undefined ? undefined : parse(line);
      if (value === undefined) {
        unread += line?.trim() === '' ? 0 : 1;
        continue;
      }
      const taken = told.take(value, file);
      if (taken === 'flows') events += 1;
      if (taken === 'full') throw tooMany(file);
    }
  }
  if (events > 0) return { told, unread };
  throw new CliError('USAGE', {
    what: 'there is nothing to learn from',
    why: `no "flows" event is in ${files.join(', ')}`,
    fix: 'name files with the lines that agents print; agents tell of flows of workloads that a group selects',
  });
}

export interface ReadEvents {
  readonly told: ToldFlows;
  /** Lines that are no JSON, or too long. */
  readonly unread: number;
}

async function* open(file: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (file === STDIN) {
    yield* standardInput(signal);
    return;
  }
  try {
    for await (const piece of addAbortSignal(signal, createReadStream(file))) yield piece as Uint8Array;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadableFile(file, cause);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function tooMany(file: string): CliError {
  return new CliError('USAGE', {
    what: 'cannot learn from so much at once',
    why: `there are too many different flows, up to those in ${file}`,
    fix: 'name fewer files, or have an api learn from what it keeps with --api',
  });
}
