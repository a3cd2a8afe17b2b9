import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDaemon } from '@bulkhead/lab';

const PROGRAM = '/usr/bin/prometheus-alertmanager';

/** An alert as Alertmanager has it. */
export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface Alertmanager {
  readonly url: string;
  alerts(): Promise<readonly FiringAlert[]>;
  remove(): Promise<void>;
}

/** Why no Alertmanager can be started here; nothing when one can. */
export function alertmanagerMissing(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing (Debian: prometheus-alertmanager)`;
}

/** Starts an Alertmanager of its own in a temporary folder, on loopback, which tells nobody. */
export async function startAlertmanager(): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-alertmanager-'));
  const config = join(folder, 'alertmanager.json');
  await writeFile(config, JSON.stringify({ route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const daemon = await startDaemon({
    name: 'alertmanager',
    program: PROGRAM,
    parameters: [
      `--config.file=${config}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // No others: it would listen on every address for them.
      '--cluster.listen-address=',
    ],
    isReady: () => ask(`${url}/-/ready`),
  });
  return {
    url,
    alerts: async () => (await (await ask(`${url}/api/v2/alerts`)).json()) as readonly FiringAlert[],
    async remove() {
      await daemon.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ask(url: string): Promise<Response> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered with status ${answer.status}`);
  return answer;
}
