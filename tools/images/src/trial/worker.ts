import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { type Conclusion, run, startRedis } from '@bulkhead/lab';
import { readiness } from './ask.ts';
import { confinementChecks, confinementOf } from './confined.ts';
import { type Containers, START } from './containers.ts';

/** A worker with a Redis and an embedded store, which makes its advisory database from a feed. */
export async function tryWorker(containers: Containers): Promise<Conclusion> {
  const config = await containers.folder('config');
  const state = await containers.folder('state');
  writeBucket(join(config, 'feed'), { Debian: [osvRecord('DSA-1', { affected: [affected('Debian:12', 'nginx')] })] });
  await run('chmod', ['-R', 'a+rX', config]);
  const redis = await startRedis();
  try {
    await writeFile(
      join(config, 'worker.json'),
      JSON.stringify({
        store: { file: '/var/lib/bulkhead/bulkhead.db' },
        redis: { host: redis.host, port: redis.port },
        advisories: { database: '/var/lib/bulkhead/advisories.db', from: ['/config/feed'] },
        metrics: { port: 0 },
      }),
    );
    const container = await containers.start({
      component: 'worker',
      parameters: ['--config', '/config/worker.json'],
      folders: { '/config': config, '/var/lib/bulkhead': state },
    });
    const { process } = container;
    const started = await process.waitFor('start', (line) => line['event'] === 'worker-started', START);
    const built = await process.waitFor('advisories', (line) => line['event'] === 'advisories-built', START);
    const confinement = await confinementOf(containers, container);
    const ready = await readiness(started);
    const exitCode = await process.stop();
    return {
      seen: `/readyz ${ready}, ${String(built['advisories'])} advisory, exit code ${exitCode}`,
      checks: {
        ...confinementChecks(confinement, containers.platform),
        'it is not ready': ready === 200,
        'its advisory database is not what the feed has': built['advisories'] === 1,
        'it did not end cleanly': exitCode === 0,
      },
      evidence: { confinement, started, built },
    };
  } finally {
    await redis.remove();
  }
}
