import { loadConfig, serviceMain } from '@bulkhead/runtime';
import { WorkerConfig } from './config.ts';
import { runWorker } from './run.ts';

const USAGE = `Usage: bulkhead worker --config FILE

Crawls registries, scans their images and judges stored images again when advisories change, as jobs
on Redis. Prints events as JSON lines on standard output; serves metrics and health on 127.0.0.1.
docs/reference/worker.md has every key.

  --config FILE   configuration (YAML or JSON)
  --help          this text
`;

await serviceMain({
  name: 'worker',
  usage: USAGE,
  run: (file) => runWorker(loadConfig({ schema: WorkerConfig, file, environment: process.env })),
});
