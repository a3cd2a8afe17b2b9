import { type Command, Option } from 'commander';
import { examples, numberBetween, type Outcome } from '../command.ts';
import { databasePath } from '../db/database-path.ts';
import type { Io } from '../io.ts';
import type { UpOptions } from './up.ts';

const MAX_PORT = 65_534;

/** `bulkhead up`: the platform on one machine. */
export function addUp(root: Command, io: Io, outcome: Outcome): void {
  const repeatable = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];
  root
    .command('up')
    .description('run the whole platform on this machine: api, worker and agent, with a store and a queue of its own')
    .option('--data <folder>', 'where it keeps its data (default: /var/lib/bulkhead, or ~/.local/state/bulkhead)')
    .addOption(
      new Option('--port <n>', 'where the api is; agents are at the next, and 0 takes any')
        .default(9_443)
        .argParser(numberBetween(0, MAX_PORT)),
    )
    .addOption(
      new Option(
        '--name <name>',
        'a name or address by which others reach it; without one it is for this machine alone; repeatable',
      )
        .default([])
        .argParser(repeatable),
    )
    .addOption(
      new Option(
        '--policy <path>',
        'a file or folder of policy documents that holds, in place of what the api keeps; repeatable',
      ).argParser(repeatable),
    )
    .option('--cri <socket>', 'protect the containers of this runtime')
    .option('--netns', 'protect named network namespaces', false)
    .addOption(
      new Option('--db <file>', 'the advisory database that images are judged by').default(
        databasePath(process.env),
        'advisories.db in the user’s cache folder',
      ),
    )
    .addHelpText(
      'after',
      examples(
        ['bulkhead up', 'the control plane; prints how to sign in'],
        ['bulkhead up --cri /run/containerd/containerd.sock', 'protects containers by the policy that the api keeps'],
        ['bulkhead up --policy policy/ --netns', 'protects named network namespaces by files'],
      ),
    )
    .action(async (options: UpOptions) => {
      io.endsInItsTime?.();
      const { up } = await import('./up.ts');
      outcome.exitCode = await up(options, io);
    });
}
