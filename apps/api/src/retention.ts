import type { EventStore, FileStore, FlowStore, ProgramStore, QuarantineStore } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { NodeScanStore } from '@bulkhead/store';

/** Rows of one step, so that events get between: among 500,000 rows it holds SQLite for a third of a second. */
const STEP = 2_000;
const DAY_MS = 86_400_000;
/** Each has some hundred KiB; a cluster of a thousand nodes has no more containers that anybody looked into. */
const MAX_SCANS = 10_000;
/** A cluster of a thousand nodes has some ten thousands; whoever scans it from everywhere makes others. */
const MAX_FLOWS = 500_000;
/** A cluster's workloads run some thousands of different programs; whoever runs them under made-up names makes others. */
const MAX_PROGRAMS = 500_000;
/** As many workloads write some hundreds each; a row may have two paths of some KiB. */
const MAX_FILES = 250_000;
/** What one container writes: beyond it folders stand for what is in them, so that names without end leave room for others. */
const MAX_FILES_OF_CONTAINER = 1_024;
/** Of a minute. Agents may tell of names faster than they are folded: all else is to be forgotten nevertheless. */
const MAX_FOLDS = 16;

/** Forgets what need not be kept any more, step by step, until all of it is gone or the process ends. */
export async function forget(
  {
    events,
    flows,
    programs,
    files,
    quarantines,
    nodeScans,
  }: {
    readonly events: EventStore;
    readonly flows: FlowStore;
    readonly programs: Pick<ProgramStore, 'prune'>;
    readonly files: Pick<FileStore, 'fold' | 'prune'>;
    readonly quarantines: Pick<QuarantineStore, 'prune'>;
    readonly nodeScans: Pick<NodeScanStore, 'prune'>;
  },
  { days, maxEvents }: { readonly days: number; readonly maxEvents: number },
  clock: Clock,
  {
    signal,
    onForgotten,
  }: {
    readonly signal: AbortSignal;
    readonly onForgotten: (what: 'events' | 'flows' | 'programs' | 'files', count: number) => void;
  },
): Promise<void> {
  const before = new Date(clock.now() - days * DAY_MS).toISOString();
  await quarantines.prune(before);
  await nodeScans.prune({ before, maxScans: MAX_SCANS });
  // No part of what is forgotten: all of it goes on being known, by its folder.
  for (let folds = 0; folds < MAX_FOLDS && !signal.aborted; folds += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each finds what the one before left
    if ((await files.fold(MAX_FILES_OF_CONTAINER, STEP)) === 0) break;
  }
  const steps = [
    ['events', () => events.prune({ receivedBefore: before, maxEvents }, STEP)],
    ['flows', () => flows.prune({ seenBefore: before, maxFlows: MAX_FLOWS }, STEP)],
    ['programs', () => programs.prune({ seenBefore: before, most: MAX_PROGRAMS }, STEP)],
    ['files', () => files.prune({ seenBefore: before, most: MAX_FILES }, STEP)],
  ] as const;
  for (const [what, step] of steps) {
    for (let count = STEP; count === STEP && !signal.aborted; ) {
      count = await step();
      onForgotten(what, count);
    }
  }
}
