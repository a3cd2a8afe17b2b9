import { MATCH_SCAN, type Producer } from '@bulkhead/queue';
import type { NodeScanStore } from '@bulkhead/store';

/** Each is one job: what is beyond waits for the next turn. */
const AT_ONCE = 200;

/**
 * Makes jobs of scans of containers and nodes that wait to be matched. The store has them until they are: a queue that
 * lost a job, or a worker that dies in between, leaves them to the next turn, and the same one twice is one job.
 */
export async function takeUnmatched(scans: Pick<NodeScanStore, 'unmatched'>, producer: Producer): Promise<void> {
  for (const scan of await scans.unmatched(AT_ONCE)) await producer.enqueue(MATCH_SCAN, { scan });
}
