import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conclusion } from '@bulkhead/lab';
import { ask, readiness } from './ask.ts';
import { confinementChecks, confinementOf } from './confined.ts';
import { type Containers, START } from './containers.ts';

/** An api with an embedded store, and somebody who signs in to ask it. */
export async function tryApi(containers: Containers): Promise<Conclusion> {
  const config = await containers.folder('config');
  const state = await containers.folder('state');
  await writeFile(
    join(config, 'api.json'),
    JSON.stringify({
      store: { file: '/var/lib/bulkhead/bulkhead.db' },
      authority: { folder: '/var/lib/bulkhead/ca' },
      host: '127.0.0.1',
      port: 0,
      agents: { host: '127.0.0.1', port: 0 },
      metrics: { port: 0 },
    }),
  );
  const container = await containers.start({
    component: 'api',
    parameters: ['--config', '/config/api.json'],
    folders: { '/config': config, '/var/lib/bulkhead': state },
  });
  const started = await container.process.waitFor('start', (line) => line['event'] === 'api-started', START);
  const confinement = await confinementOf(containers, container);
  const ready = await readiness(started);

  const created = container.process.lines.find((line) => line['event'] === 'admin-created');
  const to = { port: Number(new URL(String(started['url'])).port), authority: join(state, 'ca/ca.crt') };
  const credentials = { name: created?.['name'], password: created?.['password'] };
  const session = await ask({ ...to, method: 'POST', path: '/api/v1/session', body: credentials });
  const stranger = await ask({ ...to, method: 'GET', path: '/api/v1/workloads' });
  const headers = { cookie: session.cookie };
  const workloads = await ask({ ...to, method: 'GET', path: '/api/v1/workloads', headers });
  const exitCode = await container.process.stop();
  return {
    seen: `/readyz ${ready}, workloads ${workloads.status} (${stranger.status} for strangers), exit code ${exitCode}`,
    checks: {
      ...confinementChecks(confinement, containers.platform),
      'it is not ready': ready === 200,
      'nobody can sign in': session.status === 200,
      'who has signed in is not answered': workloads.status === 200,
      'strangers are answered': stranger.status === 401,
      'it did not end cleanly': exitCode === 0,
    },
    evidence: { confinement, started },
  };
}
