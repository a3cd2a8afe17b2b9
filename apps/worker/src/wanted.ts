import { type Producer, SCAN_REFERENCE, ScanReferenceJob } from '@bulkhead/queue';
import type { WantedImages } from '@bulkhead/scanner';

/** Each is one job: what is beyond waits for the next turn. */
const AT_ONCE = 200;

/**
 * Makes jobs of the images that somebody wants to be scanned. One that dies in between leaves them to the next: the same wish twice is
 * one job.
 */
export async function takeWanted(wishes: WantedImages, producer: Producer): Promise<void> {
  const wanted = await wishes.wanted(AT_ONCE);
  for (const image of wanted) {
    const job = ScanReferenceJob.safeParse(image);
    // What no registry would call an image is wanted for ever otherwise.
    if (job.success) await producer.enqueue(SCAN_REFERENCE, job.data);
  }
  if (wanted.length > 0) await wishes.settle(wanted);
}
