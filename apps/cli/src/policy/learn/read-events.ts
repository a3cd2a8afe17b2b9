import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import {
  type LearntFile,
  type LearntKind,
  type LearntProgram,
  ToldFlows,
  type ToldUses,
  toldFiles,
  toldPrograms,
} from '@bulkhead/policy';
import { CliError, unreadableFile } from '../../error.ts';
import { refuseTwoReadersOfStdin, STDIN, standardInput } from '../../stdin.ts';
import { linesOf } from './lines.ts';

/** The event that tells of what is learnt. */
const EVENTS = { network: 'flows', programs: 'programs', files: 'files' } as const satisfies Record<LearntKind, string>;

/** What the output of agents says of some kinds of things. Throws where it says nothing, or more than can be kept. */
export async function readEvents(
  files: readonly string[],
  kinds: readonly LearntKind[],
  signal: AbortSignal,
): Promise<ReadEvents> {
  refuseTwoReadersOfStdin(files);
  const [flows, programs, written] = [new ToldFlows(), toldPrograms(), toldFiles()];
  const takers = {
    network: (line: unknown, file: string) => flows.take(line, file),
    programs: (line: unknown) => programs.take(line),
    files: (line: unknown) => written.take(line),
  } as const satisfies Record<LearntKind, unknown>;
  let [events, unread] = [0, 0];
  for (const file of files) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: they are as large as memory
    for await (const line of linesOf(open(file, signal))) {
      const value = line === undefined ? undefined : parse(line);
      if (value === undefined) {
        unread += line?.trim() === '' ? 0 : 1;
        continue;
      }
      for (const kind of kinds) {
        const taken = takers[kind](value, file);
        if (taken === 'full') throw tooMany(EVENTS[kind], file);
        if (taken !== 'other') events += 1;
      }
    }
  }
  if (events > 0) return { flows, programs, files: written, unread };
  const wanted = new Intl.ListFormat('en', { type: 'disjunction' }).format(
    [...new Set(kinds)].map((kind) => `"${EVENTS[kind]}"`),
  );
  throw new CliError('USAGE', {
    what: 'there is nothing to learn from',
    why: `no ${wanted} event is in ${files.join(', ')}`,
    fix: 'name files with the lines that agents print; agents tell of workloads that a group selects',
  });
}

export interface ReadEvents {
  readonly flows: ToldFlows;
  readonly programs: ToldUses<LearntProgram>;
  readonly files: ToldUses<LearntFile>;
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

function tooMany(what: string, file: string): CliError {
  return new CliError('USAGE', {
    what: 'cannot learn from so much at once',
    why: `there are too many different ${what}, up to those in ${file}`,
    fix: 'name fewer files, or have an api learn from what it keeps with --api',
  });
}
