import type { LearntKind } from '@bulkhead/policy';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AT_API } from '../../api/api-options.ts';
import type { ApiPlace } from '../../api/request-api.ts';
import { examples, numberBetween, type Outcome } from '../../command.ts';
import { CliError } from '../../error.ts';
import type { Io } from '../../io.ts';
import type { LearnOptions } from './learn.ts';

/** What one rule of a document takes. */
const MAX_ADDRESSES = 256;
const KINDS = ['network', 'programs', 'files'] as const satisfies readonly LearntKind[];

interface Options extends LearnOptions, Partial<ApiPlace> {
  readonly policy?: readonly string[];
  readonly since?: string;
}

const repeated = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

function repeatedKind(value: string, before: readonly LearntKind[] | undefined): readonly LearntKind[] {
  const kind = KINDS.find((one) => one === value);
  if (kind === undefined) throw new InvalidArgumentError(`it must be one of ${KINDS.join(', ')}.`);
  return [...new Set([...(before ?? []), kind])];
}

/** `bulkhead policy learn`: rules that allow what was seen, to be reviewed. */
export function addLearn(policy: Command, io: Io, outcome: Outcome): void {
  policy
    .command('learn')
    .description(
      'write rules about the network, programs and files that allow what was seen of groups and nothing else, to be reviewed',
    )
    .argument('[file...]', 'lines that agents printed; "-" is standard input; none with --api')
    .addOption(
      new Option('--policy <path>', 'a file or folder with the policy of those agents; repeatable').argParser(repeated),
    )
    .addOption(
      new Option('--group <name>', 'only for this group, instead of all that are not in protect; repeatable').argParser(
        repeated,
      ),
    )
    .addOption(
      new Option('--only <kind>', `only these rules, instead of all: ${KINDS.join(', ')}; repeatable`).argParser(
        repeatedKind,
      ),
    )
    .option('--no-applications', 'have rules not say what may be spoken')
    .addOption(
      new Option('--max-addresses <n>', 'how many addresses a port may have before it is open to any')
        .default(MAX_ADDRESSES)
        .argParser(numberBetween(1, MAX_ADDRESSES)),
    )
    .option('--diff', 'say in words what it would change instead', false)
    .addOption(
      new Option('--api <url>', 'an api that learns from what it keeps, by its own policy').conflicts('policy'),
    )
    .option('--token-file <file>', 'file with an API token, for --api')
    .option('--ca <file>', 'PEM file of the authority of its certificate')
    .option('--since <time>', 'only from what was seen at or after, as 2026-11-20T00:00:00Z; for --api')
    .addHelpText(
      'after',
      examples(
        [
          'bulkhead policy learn agent.jsonl --policy policy/ > learned.yaml',
          'rules to review, from what agents printed',
        ],
        ['bulkhead policy learn agent.jsonl --policy policy/ --group shop-api --diff', 'what they would change'],
        ['bulkhead policy learn agent.jsonl --policy policy/ --only programs', 'what may run alone'],
        [`bulkhead policy learn --group shop-api ${AT_API}`, 'from what an api keeps'],
      ),
    )
    .action(
      async (files: readonly string[], { policy: paths = [], api, tokenFile, ca, since, ...options }: Options) => {
        if (api === undefined) {
          refuse(
            files.length === 0,
            'there is nothing to learn from',
            'name files with lines of agents, or an api with --api',
          );
          refuse(paths.length === 0, 'no policy is named', 'name its files with --policy');
          refuse(since !== undefined, '--since is for --api', 'name files with the lines since then');
          const { learnFromEvents } = await import('./learn.ts');
          outcome.exitCode = await learnFromEvents(files, paths, options, io);
          return;
        }
        refuse(files.length > 0, 'files are named beside --api', 'an api learns from what it keeps: name none');
        if (tokenFile === undefined)
          throw new CliError('USAGE', { what: 'no token is named', fix: 'name its file with --token-file' });
        const { learnFromApi } = await import('./from-api.ts');
        const place = { api, tokenFile, ...(ca !== undefined && { ca }) };
        outcome.exitCode = await learnFromApi(place, { ...options, ...(since !== undefined && { since }) }, io);
      },
    );
}

function refuse(isWrong: boolean, what: string, fix: string): void {
  if (isWrong) throw new CliError('USAGE', { what, fix });
}
