import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '@bulkhead/images';
import { LineProcess, makeCertificate } from '@bulkhead/lab';
import { type Measure, median } from '../measure.ts';
import { residentMebibytes } from '../resident.ts';
import { policyDocuments, review } from './reviews.ts';
import { type Answers, steadyLoad } from './steady-load.ts';

const POLICIES = 50;
const RATE = 500;
/** Before what is measured, so that the compiler has seen the code. */
const WARM_UP_SECONDS = 3;
/** The processor that both servers have for themselves, as far as the machine goes; the load has the others. */
const PROCESSOR = '0';

const NO_OP = fileURLToPath(new URL('no-op-server.ts', import.meta.url));

/** The webhook as its image has it, alone on one processor, with policies from a file, in turn with a server that admits everything. */
export async function benchWebhook(rounds: number, seconds: number): Promise<readonly Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-webhook-'));
  const servers: LineProcess[] = [];
  const start = async (name: string, parameters: readonly string[]): Promise<{ port: number; pid: number }> => {
    const server = new LineProcess(name, undefined, 'taskset', ['-c', PROCESSOR, process.execPath, ...parameters]);
    servers.push(server);
    const { port } = await server.waitFor('its port', (line) => 'port' in line, { withinMs: 60_000 });
    return { port: Number(port), pid: server.pid };
  };
  try {
    const { key, certificate } = await makeCertificate(folder, ['127.0.0.1']);
    const policy = join(folder, 'policy.yaml');
    await writeFile(
      policy,
      policyDocuments(POLICIES)
        .map((one) => JSON.stringify(one))
        .join('\n---\n'),
    );
    const config = join(folder, 'webhook.json');
    const tls = { certificate, key };
    await writeFile(
      config,
      JSON.stringify({ policy: [policy], host: '127.0.0.1', port: 0, tls, metrics: { enabled: false } }),
    );
    await bundle('webhook', folder);
    const webhook = await start('webhook', [join(folder, 'dist/webhook/main.js'), '--config', config]);
    const noOp = await start('no-op', [NO_OP, certificate, key]);
    const idle = await residentMebibytes(webhook.pid);

    const load = { ca: await readFile(certificate, 'utf8'), rate: RATE, bodyOf: review };
    for (const { port } of [webhook, noOp]) await steadyLoad(port, { ...load, seconds: WARM_UP_SECONDS });
    const ours: Answers[] = [];
    const theirs: Answers[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await steadyLoad(webhook.port, { ...load, seconds }));
      theirs.push(await steadyLoad(noOp.port, { ...load, seconds }));
    }
    const [p99, noOpP99] = [ours, theirs].map((all) => median(all.map(({ latencies }) => atQuantile(latencies, 0.99))));
    const [p50, noOpP50] = [ours, theirs].map((all) => median(all.map(({ latencies }) => atQuantile(latencies, 0.5))));
    const asked = ours.reduce((sum, { latencies }) => sum + latencies.length, 0);
    const allowed = ours.reduce((sum, one) => sum + one.allowed, 0);
    if (allowed === 0 || allowed === asked)
      throw new Error(`${allowed} of ${asked} reviews were allowed: no policy counted`);
    return [
      {
        name: 'webhook: answers, 99th of 100',
        value: p99 ?? Number.NaN,
        unit: 'ms',
        bar: 10,
        atMost: true,
        detail: {
          'no-op, ms': noOpP99 ?? Number.NaN,
          'median, ms': p50 ?? Number.NaN,
          'no-op median, ms': noOpP50 ?? Number.NaN,
          policies: POLICIES,
          'requests a second': RATE,
          reviews: asked,
          denied: asked - allowed,
        },
      },
      {
        name: 'webhook: memory under load',
        value: await residentMebibytes(webhook.pid),
        unit: 'MiB',
        bar: 150,
        atMost: true,
        detail: { 'before, MiB': idle },
      },
    ];
  } finally {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function atQuantile(ascending: readonly number[], quantile: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * quantile))] ?? Number.NaN;
}
