import { type Command, Option } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { examples, numberBetween, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import { scanning } from '../scan/scanning.ts';
import type { KeptScanOptions } from './report-scan.ts';
import type { WorkloadScanOptions } from './scan.ts';
import type { ScansOptions } from './scans.ts';

const MAX_CAPTURE_SECONDS = 600;
const MAX_CAPTURE_MEBIBYTES = 256;

interface CaptureOptions extends ApiPlace {
  readonly seconds: number;
  readonly maxMebibytes: number;
}

/** `bulkhead workloads`: what runs, and what its agents are to do about it. */
export function addWorkloads(root: Command, io: Io, outcome: Outcome): void {
  const workloads = root
    .command('workloads')
    .description('what runs, and what its agents are to do about it')
    .helpCommand(false);
  const act = async (id: string, place: ApiPlace, action: object): Promise<void> => {
    const { actOn } = await import('./act.ts');
    outcome.exitCode = await actOn(id, action, place, io);
  };

  /** Who names a database wants it to judge. */
  const reporting = (command: Command) => ({
    version: root.version() ?? '',
    isJudgedHere: command.getOptionValueSource('db') === 'cli',
  });

  atApi(workloads.command('list'))
    .description('list what runs, one a line')
    .addHelpText('after', examples([`bulkhead workloads list ${AT_API}`, 'what there is, each by its id']))
    .action(async (place: ApiPlace) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(place, io);
    });
  scanning(atApi(workloads.command('scan')), { scanners: false })
    .description('have the agent look into a running container, or its node, and report what is found')
    .argument('<id>', 'of the container, as "workloads list" has it; with --node of an agent')
    .option('--node', 'scan the node of an agent', false)
    .option('--sbom <file>', 'keep the SBOM there too')
    .addHelpText(
      'after',
      examples(
        [`bulkhead workloads scan 6f1d… ${AT_API}`, 'also what was installed since it was started'],
        [`bulkhead workloads scan 6f1d… --db advisories.db ${AT_API}`, 'judged here, and not by a worker'],
      ),
    )
    .action(async (id: string, options: WorkloadScanOptions, command: Command) => {
      const { scanWorkload } = await import('./scan.ts');
      outcome.exitCode = await scanWorkload(id, options, io, reporting(command));
    });
  atApi(workloads.command('scans'))
    .description('list scans of containers and nodes with what counts in each, the latest first')
    .option('--namespace <name>', 'only of containers in this namespace')
    .option('--node <name>', 'only on this node')
    .option('--workload <id>', 'only of this container')
    .option('--vulnerability <id>', 'only those in which it counts')
    .addHelpText(
      'after',
      examples([`bulkhead workloads scans --vulnerability CVE-2021-44228 ${AT_API}`, 'which containers have it']),
    )
    .action(async (options: ScansOptions) => {
      const { scans } = await import('./scans.ts');
      outcome.exitCode = await scans(options, io);
    });
  scanning(atApi(workloads.command('findings')), { scanners: false })
    .description('report what a scan of a container or a node found, without another scan')
    .argument('<scan>', 'as "workloads scans" has it')
    .option('--sbom <file>', 'keep the SBOM there too')
    .addHelpText(
      'after',
      examples([`bulkhead workloads findings 0f3c… --severity critical,high ${AT_API}`, 'what should be mended first']),
    )
    .action(async (scan: string, options: KeptScanOptions, command: Command) => {
      const { reportScan } = await import('./report-scan.ts');
      outcome.exitCode = await reportScan(scan, options, io, reporting(command));
    });
  atApi(workloads.command('capture'))
    .description('have the agent keep the packets of a workload for a while')
    .argument('<id>', 'as "workloads list" has it')
    .addOption(new Option('--seconds <n>', 'for how long').default(60).argParser(numberBetween(1, MAX_CAPTURE_SECONDS)))
    .addOption(
      new Option('--max-mebibytes <n>', 'how much at most')
        .default(16)
        .argParser(numberBetween(1, MAX_CAPTURE_MEBIBYTES)),
    )
    .addHelpText(
      'after',
      examples([`bulkhead workloads capture 6f1d… --seconds 30 ${AT_API}`, 'then see "captures list"']),
    )
    .action(async (id: string, { seconds, maxMebibytes, ...place }: CaptureOptions) => {
      const maxBytes = Math.floor(maxMebibytes * 2 ** 20);
      await act(id, place, { kind: 'capture', seconds: Math.floor(seconds), maxBytes });
    });
  atApi(workloads.command('quarantine'))
    .description('have the agent cut a workload off')
    .argument('<id>', 'as "workloads list" has it')
    .requiredOption('--reason <text>', 'why, for who looks at it later')
    .addHelpText(
      'after',
      examples([`bulkhead workloads quarantine 6f1d… --reason "leaks cards" ${AT_API}`, 'until it is released']),
    )
    .action(async (id: string, { reason, ...place }: ApiPlace & { readonly reason: string }) => {
      await act(id, place, { kind: 'quarantine', reason });
    });
  atApi(workloads.command('release'))
    .description('end the quarantine of a workload')
    .argument('<id>', 'as "workloads list" has it')
    .addHelpText('after', examples([`bulkhead workloads release 6f1d… ${AT_API}`, 'it has its network again']))
    .action(async (id: string, place: ApiPlace) => {
      await act(id, place, { kind: 'release' });
    });
}
