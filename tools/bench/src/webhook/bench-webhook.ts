import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, NODE_FLAGS } from '@bulkhead/images';
import { LineProcess, makeCertificate } from '@bulkhead/lab';
import { type Measure, median } from '../measure.ts';
import { residentMebibytes } from '../resident.ts';
import { IMAGE_COUNT, startImageFeed } from './image-feed.ts';
import { imageName, policyDocuments, review } from './reviews.ts';
import { type Answers, steadyLoad } from './steady-load.ts';

const POLICIES = 50;
const RATE = 500;
/** Before what is measured, so that the compiler has seen the code. */
const WARM_UP_SECONDS = 3;
/** Until what is known of all images has been heard. */
const IMAGES_MS = 120_000;
/** The processor that both servers have for themselves, as far as the machine goes; the load has the others. */
const PROCESSOR = '0';

const NO_OP = fileURLToPath(new URL('no-op-server.ts', import.meta.url));

interface Place {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
  readonly rounds: number;
  readonly seconds: number;
}

/** The webhook as its image has it, alone on one processor, in turn with a server that admits everything. */
export async function benchWebhook(rounds: number, seconds: number): Promise<readonly Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-webhook-'));
  try {
    const place = { folder, rounds, seconds, ...(await makeCertificate(folder, ['127.0.0.1'])) };
    await bundle('webhook', folder);
    return [...(await benchPolicies(place)), ...(await benchImages(place))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By policies alone: what they ask is in the object. */
function benchPolicies(place: Place): Promise<readonly Measure[]> {
  return benchCase(place, 'webhook', {}, policyDocuments(POLICIES, { images: false }));
}

/** The same with rules about what scans found, and all that is known of images in memory. */
async function benchImages(place: Place): Promise<readonly Measure[]> {
  const [cert, key] = await Promise.all([readFile(place.certificate, 'utf8'), readFile(place.key, 'utf8')]);
  const feed = await startImageFeed({ cert, key }, imageName);
  try {
    const tokenFile = join(place.folder, 'token');
    await writeFile(tokenFile, 'bench\n');
    const images = { api: feed.address, caFile: place.certificate, tokenFile };
    const name = `webhook, ${IMAGE_COUNT} images`;
    return await benchCase(place, name, { images }, policyDocuments(POLICIES, { images: true }));
  } finally {
    feed.close();
  }
}

async function benchCase(
  { folder, certificate, key, rounds, seconds }: Place,
  name: string,
  config: { readonly images?: object },
  policies: readonly object[],
): Promise<readonly Measure[]> {
  const policy = join(folder, 'policy.yaml');
  const configFile = join(folder, 'webhook.json');
  const tls = { certificate, key };
  await writeFile(policy, policies.map((one) => JSON.stringify(one)).join('\n---\n'));
  await writeFile(
    configFile,
    JSON.stringify({ ...config, policy: [policy], host: '127.0.0.1', port: 0, tls, metrics: { enabled: false } }),
  );
  const servers: LineProcess[] = [];
  const start = (title: string, parameters: readonly string[]): LineProcess => {
    const server = new LineProcess(title, undefined, 'taskset', ['-c', PROCESSOR, process.execPath, ...parameters]);
    servers.push(server);
    return server;
  };
  try {
    const webhook = start('webhook', [
      ...NODE_FLAGS.webhook,
      join(folder, 'dist/webhook/main.js'),
      '--config',
      configFile,
    ]);
    const noOp = start('no-op', [NO_OP, certificate, key]);
    const [port, noOpPort] = [await portOf(webhook), await portOf(noOp)];
    if (config.images !== undefined) {
      await webhook.waitFor('all images', ({ event }) => event === 'images-known', { withinMs: IMAGES_MS });
    }
    const idle = await residentMebibytes(webhook.pid);

    const load = { ca: await readFile(certificate, 'utf8'), rate: RATE, bodyOf: review };
    for (const one of [port, noOpPort]) await steadyLoad(one, { ...load, seconds: WARM_UP_SECONDS });
    const [ours, theirs]: [Answers[], Answers[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await steadyLoad(port, { ...load, seconds }));
      theirs.push(await steadyLoad(noOpPort, { ...load, seconds }));
    }
    return measures(name, ours, theirs, { idle, loaded: await residentMebibytes(webhook.pid) });
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function portOf(server: LineProcess): Promise<number> {
  return Number((await server.waitFor('its port', (line) => 'port' in line, { withinMs: 60_000 })).port);
}

function measures(
  name: string,
  ours: readonly Answers[],
  theirs: readonly Answers[],
  memory: { readonly idle: number; readonly loaded: number },
): readonly Measure[] {
  const quantile = (all: readonly Answers[], which: number): number =>
    median(all.map(({ latencies }) => atQuantile(latencies, which)));
  const asked = ours.reduce((sum, { latencies }) => sum + latencies.length, 0);
  const allowed = ours.reduce((sum, one) => sum + one.allowed, 0);
  if (allowed === 0 || allowed === asked)
    throw new Error(`${allowed} of ${asked} reviews were allowed: no policy counted`);
  return [
    {
      name: `${name}: answers, 99th of 100`,
      value: quantile(ours, 0.99),
      unit: 'ms',
      bar: 10,
      atMost: true,
      detail: {
        'no-op, ms': quantile(theirs, 0.99),
        'median, ms': quantile(ours, 0.5),
        'no-op median, ms': quantile(theirs, 0.5),
        policies: POLICIES,
        'requests a second': RATE,
        reviews: asked,
        denied: asked - allowed,
      },
    },
    {
      name: `${name}: memory under load`,
      value: memory.loaded,
      unit: 'MiB',
      bar: 150,
      atMost: true,
      detail: { 'before, MiB': memory.idle },
    },
  ];
}

function atQuantile(ascending: readonly number[], quantile: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * quantile))] ?? Number.NaN;
}
