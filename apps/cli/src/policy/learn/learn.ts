import { formatCount, printable } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import {
  diffPolicies,
  LEARNT_KINDS,
  type LearningNote,
  type LearntDocument,
  type LearntKind,
  learnFiles,
  learnNetwork,
  learnPrograms,
  type PolicyDifference,
  type PolicyDocument,
  PolicyError,
  readPolicy,
  snapshotSources,
  withLearnt,
  writeLearnt,
} from '@bulkhead/policy';
import { CliError } from '../../error.ts';
import { EXIT_OK } from '../../exit-code.ts';
import { type Io, writeAll } from '../../io.ts';
import { readSources, requireDocuments } from '../sources.ts';
import { type ReadEvents, readEvents } from './read-events.ts';

const LANGUAGE = { kind: dataSensorKind, provided: DEFAULT_SENSORS };

export interface LearnOptions {
  readonly group?: readonly string[];
  /** Absent: all. */
  readonly only?: readonly LearntKind[];
  readonly applications: boolean;
  readonly maxAddresses: number;
  readonly diff: boolean;
}

/** What was learnt, and what applying it changes. */
export interface Learnt {
  readonly documents: readonly LearntDocument[];
  readonly notes: readonly LearningNote[];
  readonly changes: readonly PolicyDifference[];
}

/** Learns from the lines that agents printed, with the groups of policy files. */
export async function learnFromEvents(
  files: readonly string[],
  policyPaths: readonly string[],
  options: LearnOptions,
  io: Io,
): Promise<number> {
  const sources = (await Promise.all(policyPaths.map(readSources))).flat();
  const before = readPolicy(sources, LANGUAGE);
  if (!before.ok) throw new PolicyError(before.problems);
  requireDocuments(before.documents, policyPaths, 'learn for');
  const { groups, network, processes, files: filePolicies } = before.policy;
  const { group: asked, only = LEARNT_KINDS, applications, maxAddresses, diff } = options;
  refuseUnknown(
    asked ?? [],
    groups.map(({ name }) => name),
  );
  const told = await readEvents(files, only, io.signal);
  const common = { groups, ...(asked !== undefined && { asked }) };
  const flows = only.includes('network') ? told.flows.flows() : undefined;
  const programs = only.includes('programs') ? told.programs.all() : undefined;
  const written = only.includes('files') ? told.files.all() : undefined;
  const learnt = [
    ...(flows === undefined ? [] : [learnNetwork({ ...common, ruleSets: network, flows, applications, maxAddresses })]),
    ...(programs === undefined ? [] : [learnPrograms({ ...common, policies: processes, uses: programs })]),
    ...(written === undefined ? [] : [learnFiles({ ...common, policies: filePolicies, uses: written })]),
  ];
  const documents = learnt.flatMap((one) => one.documents);
  const notes = [...learnt.flatMap((one) => one.notes), ...lossNotes(told)];
  return writeLearned({ documents, notes, changes: changesOf(before, documents) }, diff, io);
}

/** Prints what was learnt for review, or what it would change, and everything there is to know of it. */
export async function writeLearned({ documents, notes, changes }: Learnt, diff: boolean, io: Io): Promise<number> {
  const differences = changes.map(({ of, change }) => `${printable(`${of}: ${change}`)}\n`);
  await writeAll(io.stdout, diff ? differences : [writeLearnt(documents)]);
  await writeAll(
    io.stderr,
    notes.map(
      ({ kind, group, text }) => `${printable(`${kind}: ${group === undefined ? '' : `group ${group}: `}${text}`)}\n`,
    ),
  );
  const count = diff ? formatCount(changes.length, 'change') : formatCount(documents.length, 'document');
  await writeAll(io.stderr, [`${count}, ${formatCount(notes.length, 'note')}\n`]);
  return EXIT_OK;
}

function changesOf(
  before: { readonly policy: Parameters<typeof diffPolicies>[0]; readonly documents: readonly PolicyDocument[] },
  learnt: readonly LearntDocument[],
): readonly PolicyDifference[] {
  const after = readPolicy(snapshotSources({ documents: withLearnt(before.documents, learnt) }), LANGUAGE);
  if (!after.ok) throw new PolicyError(after.problems);
  return diffPolicies(before.policy, after.policy);
}

function refuseUnknown(asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new CliError('USAGE', {
    what: `there is no group ${JSON.stringify(unknown)} in the policy`,
    fix: `name one of ${known.toSorted().join(', ')}`,
  });
}

function lossNotes({ flows, programs, files, unread }: ReadEvents): readonly LearningNote[] {
  const note = (count: number, text: string): readonly LearningNote[] =>
    count === 0 ? [] : [{ kind: 'warning', text: `${text}: what was only there would be cut` }];
  const unreadable = 'could not be read';
  return [
    ...note(flows.notCounted, `${formatCount(flows.notCounted, 'packet')} found no room in what agents count`),
    ...note(flows.malformed, `${formatCount(flows.malformed, 'flow')} ${unreadable}`),
    ...note(programs.notCounted, `${formatCount(programs.notCounted, 'run')} found no room in what agents count`),
    ...note(programs.malformed, `${formatCount(programs.malformed, 'program')} ${unreadable}`),
    ...note(files.notCounted, `${formatCount(files.notCounted, 'write')} found no room in what agents count`),
    ...note(files.malformed, `${formatCount(files.malformed, 'file')} ${unreadable}`),
    ...note(unread, `${formatCount(unread, 'line')} ${unreadable}`),
  ];
}
