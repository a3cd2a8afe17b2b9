import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';

// A process of its own for one build: usage `build-once BUCKET OUTPUT`. Prints how long it took and what it held at most.

const [bucket, output] = process.argv.slice(2);
if (bucket === undefined || output === undefined) throw new Error('usage: build-once BUCKET OUTPUT');
const started = performance.now();
const { sizeBytes, sources } = await buildDatabase({
  output,
  from: [new FolderBucket(bucket)],
  clock: systemClock,
  signal: new AbortController().signal,
});
process.stdout.write(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000,
    records: sources.reduce((sum, { records, withdrawn }) => sum + records + withdrawn, 0),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    fileBytes: sizeBytes,
  }),
);
