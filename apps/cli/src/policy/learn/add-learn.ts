import { type Command, Option } from 'commander';
import { examples, numberBetween, type Outcome } from '../../command.ts';
import { CliError } from '../../error.ts';
import type { Io } from '../../io.ts';
import type { LearnOptions } from './learn.ts';

/** What one rule of a document takes. */
const MAX_ADDRESSES = 256;

interface Options extends LearnOptions {
  readonly policy?: readonly string[];
}

const repeated = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** `bulkhead policy learn`: rules that allow what was seen, to be reviewed. */
export function addLearn(policy: Command, io: Io, outcome: Outcome): void {
  policy
    .command('learn')
    .description('write network rules that allow what was seen of groups and nothing else, to be reviewed')
    .argument('<file...>', 'lines that agents printed; "-" is standard input')
    .addOption(
      new Option('--policy <path>', 'a file or folder with the policy of those agents; repeatable').argParser(repeated),
    )
    .addOption(
      new Option('--group <name>', 'only for this group, instead of all that are not in protect; repeatable').argParser(
        repeated,
      ),
    )
    .option('--no-applications', 'have rules not say what may be spoken')
    .addOption(
      new Option('--max-addresses <n>', 'how many addresses a port may have before it is open to any')
        .default(MAX_ADDRESSES)
        .argParser(numberBetween(1, MAX_ADDRESSES)),
    )
    .option('--diff', 'say in words what it would change instead', false)
    .addHelpText(
      'after',
      examples(
        [
          'bulkhead policy learn agent.jsonl --policy policy/ > learned.yaml',
          'rules to review, from what agents printed',
        ],
        ['bulkhead policy learn agent.jsonl --policy policy/ --group shop-api --diff', 'what they would change'],
      ),
    )
    .action(async (files: readonly string[], { policy: paths = [], ...options }: Options) => {
      if (paths.length === 0)
        throw new CliError('USAGE', { what: 'no policy is named', fix: 'name its files with --policy' });
      const { learnFromEvents } = await import('./learn.ts');
      outcome.exitCode = await learnFromEvents(files, paths, options, io);
    });
}
