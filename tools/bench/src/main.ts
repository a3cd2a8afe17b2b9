import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine.ts';
import { keepsBar, type Measure, renderMeasures } from './measure.ts';

const USAGE = `Usage: bulkhead bench [offline|accuracy|agents|inline|memory|scan-db|scan-match|scan-image|scan-rescan|scan-crawl|policy|firewall|programs|webhook]... [--format table|json] [--output FILE] [--rounds N] [--seconds N] [--full]

Measures Bulkhead on this machine against its bars. Without a name all parts run. accuracy, inline, memory,
firewall and programs need root; inline also needs wrk, nginx, iperf3 and gcc; scan-image debootstrap and root the first time.

  --rounds N    rounds of each inline case, plain and inspected in turn, of programs and of the webhook; default 5
  --seconds N   length of one measurement; default 3
  --full        as many harmless bytes in accuracy as its bar speaks of: 10 GB
  --output FILE writes the JSON there as well
`;

/** Of the load of agents: shorter, and what waits in between counts too much. */
const MIN_SECONDS = 10;
/** Of reviews: the hundredth of a hundred of fewer than these is chance. */
const MIN_REVIEW_SECONDS = 4;

interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly full: boolean;
}

const say = (text: string): void => void process.stderr.write(text);

/** Loaded one by one: what one part needs is no reason for another not to run. */
const PARTS: Readonly<Record<string, (options: Options) => Promise<readonly Measure[]>>> = {
  offline: async ({ seconds }) => (await import('./offline.ts')).benchOffline(seconds),
  accuracy: async ({ full }) => (await import('./accuracy/bench-accuracy.ts')).benchAccuracy(full, say),
  inline: async (options) => (await import('./inline/bench-inline.ts')).benchInline({ ...options, say }),
  memory: async () => (await import('./memory/bench-memory.ts')).benchMemory(),
  'scan-image': async ({ rounds }) => (await import('./image/bench-image.ts')).benchImage(rounds, say),
  'scan-match': async ({ seconds }) => (await import('./scan/bench-match.ts')).benchMatch(seconds, say),
  'scan-db': async () => (await import('./scan-db/bench-scan-db.ts')).benchScanDb(say),
  'scan-rescan': async ({ rounds }) =>
    (await import('./scan-rescan/bench-scan-rescan.ts')).benchScanRescan(rounds, say),
  'scan-crawl': async () => (await import('./scan-crawl/bench-scan-crawl.ts')).benchScanCrawl(say),
  agents: async ({ seconds }) =>
    (await import('./agents/bench-agents.ts')).benchAgents(Math.max(seconds, MIN_SECONDS), say),
  policy: async () => (await import('./policy/bench-policy.ts')).benchPolicy(),
  webhook: async ({ rounds, seconds }) =>
    (await import('./webhook/bench-webhook.ts')).benchWebhook(rounds, Math.max(seconds, MIN_REVIEW_SECONDS)),
  programs: async ({ rounds }) => (await import('./programs/bench-programs.ts')).benchPrograms(rounds, say),
  firewall: async () => [
    ...(await (await import('./firewall/bench-first-packet.ts')).benchFirstPacket(say)),
    ...(await (await import('./firewall/bench-new-pods.ts')).benchNewPods(say)),
    ...(await (await import('./firewall/bench-firewall.ts')).benchFirewall(say)),
  ],
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      format: { type: 'string', default: 'table' },
      output: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (unknown.length > 0 || !isCount(rounds) || !isCount(seconds) || !['table', 'json'].includes(values.format)) {
    throw new Error(`what to measure is not understood: ${process.argv.slice(2).join(' ')}; see --help`);
  }
  const measures: Measure[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    say(`${name} ...
`);
    measures.push(...(await measure({ rounds, seconds, full: values.full })));
  }

  const machine = describeMachine();
  const { processor, cores, memoryGib, kernel } = machine;
  const json = `${JSON.stringify({ schemaVersion: 1, machine, rounds, seconds, measures }, undefined, 2)}\n`;
  if (values.output !== undefined) await writeFile(values.output, json);
  const heading = `${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}`;
  process.stdout.write(values.format === 'json' ? json : `${heading}\n\n${renderMeasures(measures)}\n`);
  return measures.some((measure) => keepsBar(measure) === false) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
