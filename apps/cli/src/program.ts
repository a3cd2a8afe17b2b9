import { Command, InvalidArgumentError, Option } from 'commander';
import { addAdmission } from './admission/add-admission.ts';
import { addAlerts } from './alerts/add-alerts.ts';
import { AT_API } from './api/api-options.ts';
import { addCaptures } from './captures/add-captures.ts';
import { examples, formatOption, numberBetween, type Outcome } from './command.ts';
import { addDb } from './db/add-db.ts';
import type { EdmBuildOptions } from './dlp/edm-build.ts';
import { addEvents } from './events/add-events.ts';
import { addFiles } from './files/add-files.ts';
import { addFlows } from './flows/add-flows.ts';
import { addImages } from './images/add-images.ts';
import { addIncidents } from './incidents/add-incidents.ts';
import type { Io } from './io.ts';
import type { ApplyOptions } from './policy/apply.ts';
import type { ExportFormat } from './policy/exchange.ts';
import { addLearn } from './policy/learn/add-learn.ts';
import { addPrograms } from './programs/add-programs.ts';
import { addRegistry } from './registry/add-registry.ts';
import { addScan } from './scan/add-scan.ts';
import { addUp } from './up/add-up.ts';
import { addWorkloads } from './workloads/add-workloads.ts';

/** Builds the command line. Commander reports wrong usage by throwing; nothing here ends the process. */
export function createProgram(io: Io, outcome: Outcome, version: string): Command {
  const root = new Command('bulkhead')
    .description('Secures a Kubernetes pipeline from build to production.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // Commander prefixes its messages itself; the reader only lacks what to do.
      outputError: (text, write) => write(`${text.trimEnd()}; add --help for the usage\n`),
    });

  addScan(root, io, outcome);
  addDlp(root, io, outcome);
  addPolicy(root, io, outcome);
  addAdmission(root, io, outcome);
  addAlerts(root, io, outcome);
  addWorkloads(root, io, outcome);
  addEvents(root, io, outcome);
  addIncidents(root, io, outcome);
  addFlows(root, io, outcome);
  addPrograms(root, io, outcome);
  addFiles(root, io, outcome);
  addCaptures(root, io, outcome);
  addDb(root, io, outcome);
  addRegistry(root, io, outcome);
  addImages(root, io, outcome);
  addUp(root, io, outcome);
  root
    .command('crds')
    .description('print the definitions of the custom resources of a cluster')
    .addHelpText(
      'after',
      examples(['bulkhead crds | kubectl apply --server-side -f -', 'policies as resources of a cluster']),
    )
    .action(async () => {
      const { crds } = await import('./policy/crds.ts');
      outcome.exitCode = await crds(io);
    });
  root
    .command('agent')
    .description('run the agent on this machine without a control plane')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]', 'options of the agent; "bulkhead agent --help" lists them')
    .action(async (options: string[]) => {
      const { become } = await import('./become.ts');
      become('agent', options);
    });
  root
    .command('api')
    .description('run the control plane: REST for people and programs, the streams of agents')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]', 'options of the api; "bulkhead api --help" lists them')
    .action(async (options: string[]) => {
      const { become } = await import('./become.ts');
      become('api', options);
    });
  root
    .command('webhook')
    .description('answer admission reviews of the Kubernetes API server')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]', 'options of the webhook; "bulkhead webhook --help" lists them')
    .action(async (options: string[]) => {
      const { become } = await import('./become.ts');
      become('webhook', options);
    });
  root
    .command('worker')
    .description('run a worker: crawl registries, scan their images, judge stored ones again')
    .allowUnknownOption()
    .helpOption(false)
    .argument('[options...]', 'options of the worker; "bulkhead worker --help" lists them')
    .action(async (options: string[]) => {
      const { become } = await import('./become.ts');
      become('worker', options);
    });
  return root.addHelpText(
    'after',
    examples(
      ['bulkhead image alpine:3.20', 'what is known to be wrong with an image'],
      ['bulkhead dlp inspect trace.pcap', 'what travels in clear in a capture'],
      ['bulkhead policy check policy/', 'every problem of a policy'],
      ['bulkhead admission review deploy/ --policy policy/', 'what may enter a cluster'],
      ['bulkhead registry add hub registry.example.org', 'a registry whose images are scanned'],
      ['bulkhead agent --config agent.yaml', 'protect the workloads of this machine'],
    ),
  );
}

function addDlp(root: Command, io: Io, outcome: Outcome): void {
  const dlp = root
    .command('dlp')
    .description('find card numbers, personal data and secrets in captures, files and text')
    .helpCommand(false);

  inspection(dlp.command('inspect'), ['ocsf'])
    .description('inspect pcap and pcapng files, gzip-compressed or not')
    .argument('<file...>', 'captures; "-" is standard input')
    .option(
      '--ignore-checksums',
      'inspect packets with wrong checksums too, as captures on the sending machine have them',
    )
    .addHelpText(
      'after',
      examples(
        ['bulkhead dlp inspect trace.pcap other.pcapng.gz', 'two captures, as tables'],
        ['tcpdump -w - -c 1000 | bulkhead dlp inspect -', 'live traffic'],
        [
          'bulkhead dlp inspect trace.pcap --format json --exit-code 3',
          'for a pipeline: exit 3 when something is found',
        ],
        ['bulkhead dlp inspect trace.pcap --format ocsf', 'an OCSF event a line, for a collector'],
        ['bulkhead dlp inspect trace.pcap --sensor examples/sensors/eicar.yaml', 'with a sensor of your own'],
      ),
    )
    .action(async (files: string[], options: InspectionOptions & { ignoreChecksums?: boolean }) => {
      const { inspect } = await import('./dlp/inspect.ts');
      outcome.exitCode = await inspect(files, options, io);
    });

  inspection(dlp.command('scan'))
    .description('run the same detectors over files and folders of any kind')
    .argument('<path...>', 'files or folders; "-" is standard input')
    .addHelpText(
      'after',
      examples(
        ['bulkhead dlp scan src/ --exit-code 3', 'keep secrets out of a repository'],
        ['pg_dump shop | bulkhead dlp scan - --format jsonl', 'a database, finding by finding'],
      ),
    )
    .action(async (paths: string[], options: InspectionOptions) => {
      const { scan } = await import('./dlp/scan.ts');
      outcome.exitCode = await scan(paths, options, io);
    });

  dlp
    .command('bench')
    .description('measure the engine on one thread over captures in memory')
    .argument('<file...>', 'captures')
    .addOption(sensorOption())
    .addOption(new Option('--seconds <n>', 'how long to measure').default(5).argParser(numberBetween(0.1, 3600)))
    .addOption(formatOption(['table', 'json']))
    .addHelpText('after', examples(['bulkhead dlp bench trace.pcap --seconds 10 --format json', 'numbers to compare']))
    .action(async (files: string[], options: { sensor: string[]; seconds: number; format: 'table' | 'json' }) => {
      const { bench } = await import('./dlp/bench.ts');
      outcome.exitCode = await bench(files, options, io);
    });

  dlp
    .command('detectors')
    .description('list what is detected, with the rule and the strength of each')
    .addOption(formatOption(['table', 'json']))
    .action(async (options: { format: 'table' | 'json' }) => {
      const { detectors } = await import('./dlp/detectors.ts');
      outcome.exitCode = await detectors(options, io);
    });

  dlp
    .command('edm')
    .description('exact data match: find your own values without storing them')
    .helpCommand(false)
    .command('build')
    .description('hash columns of a CSV file to a set that sensors can name')
    .argument('<file>', 'CSV with names of columns in its first row')
    .addOption(
      new Option('--column <name[:kind]>', 'a column; kind is text (the default), digits or exact; may be repeated')
        .makeOptionMandatory()
        .argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]),
    )
    .requiredOption('--output <file>', 'where the set goes')
    .option('--key <file>', 'its key; made where it does not exist (default: the set with .key behind its name)')
    .addHelpText(
      'after',
      examples([
        'bulkhead dlp edm build customers.csv --column name --column iban:text --output customers.edm',
        'two columns',
      ]),
    )
    .action(async (file: string, options: EdmBuildOptions) => {
      const { edmBuild } = await import('./dlp/edm-build.ts');
      outcome.exitCode = await edmBuild(file, options, io);
    });
}

function addPolicy(root: Command, io: Io, outcome: Outcome): void {
  const policy = root.command('policy').description('work with policy files').helpCommand(false);
  policy
    .command('check')
    .description('validate policy files together and list every problem')
    .argument('<path...>', 'YAML or JSON files, or folders of them')
    .addHelpText(
      'after',
      examples(['bulkhead policy check policy/ sensors.yaml', 'groups and sensors that refer to each other']),
    )
    .action(async (paths: string[]) => {
      const { check } = await import('./policy/check.ts');
      outcome.exitCode = await check(paths, io);
    });
  policy
    .command('test')
    .description('run the PolicyTest documents of files against the policies in them')
    .argument('<path...>', 'YAML or JSON files, or folders of them, with policies and tests')
    .addHelpText('after', examples(['bulkhead policy test policy/', 'policies and their tests in one folder']))
    .action(async (paths: string[]) => {
      const { test } = await import('./policy/test.ts');
      outcome.exitCode = await test(paths, io);
    });
  policy
    .command('diff')
    .description('say in words what changes for whom from one policy to another')
    .argument('<before>', 'a YAML or JSON file, or a folder of them')
    .argument('<after>', 'the same')
    .addOption(
      new Option('--exit-code <n>', 'what to exit with when anything changes')
        .default(0)
        .argParser(numberBetween(0, 255)),
    )
    .addHelpText('after', examples(['bulkhead policy diff main/policy policy', 'what a change of the policy does']))
    .action(async (before: string, after: string, options: { readonly exitCode: number }) => {
      const { diff } = await import('./policy/diff.ts');
      outcome.exitCode = await diff(before, after, options.exitCode, io);
    });
  addLearn(policy, io, outcome);
  policy
    .command('apply')
    .description('have an api keep the documents of files, all or none, and say what changed')
    .argument('<path...>', 'YAML or JSON files, or folders of them; a policy that is valid by itself')
    .requiredOption('--api <url>', 'where the api is')
    .requiredOption('--token-file <file>', 'file with an API token that may write policies')
    .option('--ca <file>', 'PEM file of the authority of its certificate')
    .option('--dry-run', 'only say what would change', false)
    .option('--prune', 'remove documents that the files do not have', false)
    .addHelpText('after', examples([`bulkhead policy apply policy/ ${AT_API}`, 'the policy of a folder']))
    .action(async (paths: string[], options: ApplyOptions) => {
      const { apply } = await import('./policy/apply.ts');
      outcome.exitCode = await apply(paths, options, io);
    });
  policy
    .command('export')
    .description('write network rules or admission rules in the words of Kubernetes, and note what those cannot say')
    .argument('<path...>', 'YAML or JSON files, or folders of them')
    .addOption(
      new Option('--format <format>', 'what to write')
        .choices(['network-policy', 'validating-admission-policy'])
        .default('network-policy'),
    )
    .addHelpText(
      'after',
      examples(
        ['bulkhead policy export policy/ > network-policies.yaml', 'for the cluster itself'],
        [
          'bulkhead policy export policy/ --format validating-admission-policy > admission.yaml',
          'so that rules hold without the webhook',
        ],
      ),
    )
    .action(async (paths: string[], { format }: { format: ExportFormat }) => {
      const { exportPolicy } = await import('./policy/exchange.ts');
      outcome.exitCode = await exportPolicy(paths, format, io);
    });
  policy
    .command('import')
    .description("write NeuVector's policies (NvSecurityRule and others) as policy documents, and note what is lost")
    .argument('<path...>', 'YAML or JSON files, or folders of them')
    .addHelpText('after', examples(['bulkhead policy import neuvector/ > policy.yaml', 'what it becomes here']))
    .action(async (paths: string[]) => {
      const { importPolicy } = await import('./policy/exchange.ts');
      outcome.exitCode = await importPolicy(paths, io);
    });
}

interface InspectionOptions {
  sensor: string[];
  format: 'table' | 'json' | 'jsonl' | 'ocsf';
  exitCode: number;
}

function inspection(command: Command, more: readonly string[] = []): Command {
  return command
    .addOption(sensorOption())
    .addOption(formatOption(['table', 'json', 'jsonl', ...more]))
    .addOption(
      new Option('--exit-code <n>', 'what to exit with when a finding has the verdict alert, mask or block')
        .default(0)
        .argParser((text) => {
          const code = numberBetween(0, 255)(text);
          if (Number.isInteger(code)) return code;
          throw new InvalidArgumentError('it must be a whole number');
        }),
    );
}

function sensorOption(): Option {
  return new Option(
    '--sensor <file>',
    'use the DataSensor documents of this file instead of the default sensors; repeatable',
  )
    .default([], 'the default sensors')
    .argParser((file: string, files: string[]) => [...files, file]);
}
