import { StoreError } from '../error.ts';

/** Each is a worker that has seen an update of the advisories. */
const MAX_TURNS = 10;

/**
 * Judges something again and keeps the result, as often as another did so meanwhile: `again`. Judging takes seconds where there are many
 * packages, and nobody else could write if it were done within the transaction that keeps it.
 */
export async function inTurns<T>(what: string, judgeAndKeep: () => Promise<T | 'again'>): Promise<T> {
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const kept = await judgeAndKeep();
    if (kept !== 'again') return kept;
  }
  throw new StoreError('STORE_CONFLICT', {
    what: `${what} was not judged again`,
    why: `others judged it ${MAX_TURNS} times meanwhile`,
  });
}
