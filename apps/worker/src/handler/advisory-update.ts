import { type SourceUpdate, type UpdateResult, updateDatabase } from '@bulkhead/advisory-db';
import { type Clock, errorLine } from '@bulkhead/core';
import { type AdvisoryUpdateJob, type JobHandler, MAX_KEYS, type Producer, RESCAN } from '@bulkhead/queue';
import { type InventoryJudge, type PackageKey, planRescan, type ScanStore } from '@bulkhead/scanner';
import { WorkerError } from '../error.ts';
import type { Emit } from '../event.ts';
import { bucketOf } from '../first-database.ts';

export interface UpdateParts {
  readonly file: string;
  /** URLs or folders; without any the database is only looked at: somebody else updates it. */
  readonly from: readonly string[];
  readonly judge: InventoryJudge & { readonly ecosystems: number };
  readonly scans: ScanStore;
  readonly producer: Producer;
  readonly clock: Clock;
}

/** Updates the advisory database, and asks for a rescan of what that can affect. */
export function advisoryUpdateHandler(parts: UpdateParts, emit: Emit): JobHandler<AdvisoryUpdateJob> {
  return async (_, { signal }) => {
    const { judge, scans, producer } = parts;
    const [before, ecosystems] = [judge.database, judge.ecosystems];
    const { sources, changed } = await update(parts, signal);
    const after = judge.database;
    const keys = planRescan({
      before,
      after,
      judgedBy: await scans.judgedBy(),
      changed: changed.map(({ ecosystem, package: name }) => ({ ecosystem, name })),
      newEcosystem: judge.ecosystems > ecosystems,
    });
    const rescans = await requestRescans(producer, after, keys);
    await scans.noteJudgedBy(after);
    emit({
      event: 'advisories-updated',
      database: after,
      changedPackages: changed.length,
      rescans,
      sources: sources.map(told),
    });
    const failed = sources.filter(({ outcome }) => outcome === 'failed');
    if (failed.length > 0 && failed.length === sources.length) {
      throw new WorkerError('FEEDS_FAILED', {
        what: 'the advisory database was not updated',
        why: failed.map((source) => told(source).problem).join('; '),
      });
    }
  };
}

async function update(
  { file, from, clock }: UpdateParts,
  signal: AbortSignal,
): Promise<Pick<UpdateResult, 'sources' | 'changed'>> {
  if (from.length === 0) return { sources: [], changed: [] };
  return updateDatabase({ file, from: from.map(bucketOf), clock, signal });
}

/** Portions, each a job: what a crash interrupts is one of them. */
async function requestRescans(producer: Producer, state: string, keys: readonly PackageKey[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < keys.length; at += MAX_KEYS) {
    const outcome = await producer.enqueue(RESCAN, { update: state, keys: keys.slice(at, at + MAX_KEYS) });
    if (outcome === 'dead') {
      throw new WorkerError('RESCAN_DEAD', {
        what: `images are not judged again after the update ${state}`,
        why: 'the rescan failed for good before',
        fix: 'look at the dead letters of the queue rescan',
      });
    }
    count += 1;
  }
  return count;
}

function told(source: SourceUpdate): { readonly name: string; readonly outcome: string; readonly problem?: string } {
  const { name, outcome } = source;
  return { name, outcome, ...(outcome === 'failed' && { problem: errorLine(source.error) }) };
}
