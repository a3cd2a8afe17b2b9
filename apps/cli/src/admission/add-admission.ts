import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, formatOption, numberBetween, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { ReviewOptions } from './review.ts';

/** `bulkhead admission`: what may enter a cluster. */
export function addAdmission(root: Command, io: Io, outcome: Outcome): void {
  const admission = root
    .command('admission')
    .description('decide what may enter a cluster, by AdmissionPolicy documents')
    .helpCommand(false);
  admission
    .command('review')
    .description('say what the policies would answer to the objects of manifests, as the webhook does')
    .argument('<path...>', 'YAML or JSON files, or folders of them; "-" is standard input')
    .addOption(
      new Option('--policy <path>', 'a file or folder of AdmissionPolicy documents; repeatable')
        .makeOptionMandatory()
        .argParser((path: string, before: string[] | undefined) => [...(before ?? []), path]),
    )
    .addOption(
      new Option(
        '--scan-report <[image=]file>',
        'a JSON report of "bulkhead image" for rules about findings, for the image that it names or the one given; repeatable',
      ).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]),
    )
    .addOption(
      new Option(
        '--api <url>',
        'an api whose scans, signatures and layers of images are gone by, as by the webhook',
      ).conflicts('scanReport'),
    )
    .option('--token-file <file>', 'file with an API token, for --api')
    .option('--verify-signatures', 'ask the registries of the images for signatures, for rules about them')
    .option(
      '--ca <file>',
      'certificates in PEM: of the authority of the api, and of those of registries besides the usual ones',
    )
    .option('--plain-http', 'talk to those registries without encryption')
    .option('--namespace <name>', 'where objects go that do not say it themselves', 'default')
    .addOption(formatOption(['table', 'json']))
    .addOption(
      new Option('--exit-code <n>', 'what to exit with when an object is denied').default(0).argParser((text) => {
        const code = numberBetween(0, 255)(text);
        if (Number.isInteger(code)) return code;
        throw new InvalidArgumentError('it must be a whole number');
      }),
    )
    .addHelpText(
      'after',
      examples(
        [
          'bulkhead admission review deploy/ --policy policy/ --exit-code 3',
          'for a pipeline: exit 3 when one is denied',
        ],
        [
          'bulkhead admission review deploy/ --policy policy/ --scan-report registry.example.com/web:1=web.json',
          'with what a scan found',
        ],
        [
          'bulkhead admission review deploy/ --policy policy/ --verify-signatures',
          'with the signatures that the images have',
        ],
        [
          'bulkhead admission review deploy/ --policy policy/ --api https://bulkhead.example --token-file token',
          'as the webhook answers',
        ],
        ['helm template shop | bulkhead admission review - --policy policy/', 'what a chart makes'],
        ['kubectl get pods -A -o json | bulkhead admission review - --policy policy/', 'what runs already'],
      ),
    )
    .action(async (paths: string[], options: ReviewOptions) => {
      const { reviewFiles } = await import('./review.ts');
      outcome.exitCode = await reviewFiles(paths, options, io);
    });
}
