import { formatCount, printable } from '@bulkhead/core';
import { DEFAULT_SENSORS, dataSensorKind } from '@bulkhead/dlp';
import {
  diffPolicies,
  type LearningNote,
  type LearntDocument,
  learnNetwork,
  type PolicyDifference,
  type PolicyDocument,
  PolicyError,
  readPolicy,
  snapshotSources,
  type ToldFlows,
  withLearnt,
  writeLearnt,
} from '@bulkhead/policy';
import { CliError } from '../../error.ts';
import { EXIT_OK } from '../../exit-code.ts';
import { type Io, writeAll } from '../../io.ts';
import { readSources, requireDocuments } from '../sources.ts';
import { readEvents } from './read-events.ts';

const LANGUAGE = { kind: dataSensorKind, provided: DEFAULT_SENSORS };

export interface LearnOptions {
  readonly group?: readonly string[];
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
  const { groups, network } = before.policy;
  refuseUnknown(
    options.group ?? [],
    groups.map(({ name }) => name),
  );
  const { told, unread } = await readEvents(files, io.signal);
  const learnt = learnNetwork({
    groups,
    ruleSets: network,
    flows: told.flows(),
    ...(options.group !== undefined && { asked: options.group }),
    applications: options.applications,
    maxAddresses: options.maxAddresses,
  });
  const notes = [...learnt.notes, ...lossNotes(told, unread)];
  const changes = changesOf(before, learnt.documents);
  return writeLearned({ documents: learnt.documents, notes, changes }, options.diff, io);
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

function lossNotes({ notCounted, malformed }: ToldFlows, unread: number): readonly LearningNote[] {
  const note = (count: number, text: string): readonly LearningNote[] =>
    count === 0 ? [] : [{ kind: 'warning', text: `${text}: what was only there would be cut` }];
  return [
    ...note(notCounted, `${formatCount(notCounted, 'packet')} found no room in what agents count`),
    ...note(malformed, `${formatCount(malformed, 'flow')} could not be read`),
    ...note(unread, `${formatCount(unread, 'line')} could not be read`),
  ];
}
