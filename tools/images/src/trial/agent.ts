import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Conclusion, createNetwork, request, startServer } from '@bulkhead/lab';
import { readiness } from './ask.ts';
import { confinementOf, imageChecks } from './confined.ts';
import { type Containers, START } from './containers.ts';

/** A number every payment service documents for tests. */
const CARD = '4111111111111111';

/** An agent that protects a server in a network namespace, by the rules and queues of this machine's kernel. */
export async function tryAgent(containers: Containers): Promise<Conclusion> {
  const network = await createNetwork('bht', 'bridged', ['server', 'client']);
  const server = await startServer(network.host('server'));
  try {
    const config = await containers.folder('config');
    const state = await containers.folder('state');
    await mkdir(join(state, 'xtables'));
    await writePolicy(config, network.host('server').netns);
    const container = await containers.start({
      component: 'agent',
      parameters: ['--config', '/config/agent.json'],
      folders: {
        '/config': config,
        '/var/lib/bulkhead': state,
        '/run/xtables': join(state, 'xtables'),
        '/run/netns': '/run/netns',
      },
      isPrivileged: true,
    });
    const agent = container.process;
    const started = await agent.waitFor('start', (line) => line['event'] === 'agent-started', START);
    await agent.waitFor('protection', (line) => line['event'] === 'workload-protected', START);
    const confinement = await confinementOf(containers, container);
    const ready = await readiness(started);

    const send = (body: string) =>
      request(network.host('client'), network.host('server'), { path: '/orders', body, timeoutMs: START.withinMs });
    const plain = await send('{"item":"book"}');
    const card = await send(`{"item":"book","card":"${CARD}"}`);
    const finding = await agent.waitFor('finding', (line) => line['event'] === 'finding', START);
    const exitCode = await agent.stop();
    const after = await send(`{"item":"book","card":"${CARD}"}`);
    return {
      seen: `/readyz ${ready}, an order ${plain.status}, a card ${card.error ?? card.status}, exit code ${exitCode}`,
      checks: {
        ...imageChecks(confinement, containers.platform),
        'it is not ready': ready === 200,
        'an order without a card does not pass': plain.status === 200,
        'a card passes': card.error === 'ECONNRESET',
        'no card was found': finding['detector'] === 'payment-card',
        'it did not end cleanly': exitCode === 0,
        'its rules are still there when it has ended': after.status === 200,
      },
      evidence: { confinement, started, finding },
    };
  } finally {
    await server.stop();
    await network.remove();
  }
}

async function writePolicy(folder: string, netns: string): Promise<void> {
  const document = (kind: string, name: string, spec: object): object => {
    return { apiVersion: 'bulkhead.io/v1alpha1', kind, metadata: { name }, spec };
  };
  const sensor = document('DataSensor', 'stop-cards', { detectors: ['payment-card'], action: 'block' });
  const group = document('WorkloadGroup', 'server', {
    selector: { netns: [netns] },
    mode: 'protect',
    sensors: ['stop-cards'],
  });
  await writeFile(join(folder, 'policy.yaml'), [sensor, group].map((one) => JSON.stringify(one)).join('\n---\n'));
  await writeFile(
    join(folder, 'agent.json'),
    JSON.stringify({
      policy: ['policy.yaml'],
      stateFolder: '/var/lib/bulkhead/agent',
      workloads: { netns: true },
      metrics: { port: 0 },
      onStop: 'release',
      captures: { folder: '/var/lib/bulkhead/captures' },
    }),
  );
}
