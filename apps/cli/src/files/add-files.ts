import { RULE_VERDICTS } from '@bulkhead/core';
import { type Command, Option } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import { longList, momentOption } from '../api/list-options.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { FilesOptions } from './list.ts';

/** `bulkhead files`: what workloads write. */
export function addFiles(root: Command, io: Io, outcome: Outcome): void {
  const files = root.command('files').description('what workloads write').helpCommand(false);

  longList(atApi(files.command('list')))
    .description('list the files that containers write, the latest seen first')
    .option('--namespace <name>', 'only those that are written in this namespace')
    .option('--workload <name>', 'only those of this workload')
    .option('--path <path>', 'only this one, by its path as the container sees it')
    .addOption(new Option('--verdict <verdict>', 'only those of which this became').choices(RULE_VERDICTS))
    .addOption(momentOption('--since', 'only those last seen then or later'))
    .addHelpText(
      'after',
      examples(
        [`bulkhead files list --workload shop-api ${AT_API}`, 'what it writes'],
        [`bulkhead files list --path /etc/passwd --since 24h ${AT_API}`, 'who wrote that since yesterday'],
      ),
    )
    .action(async (options: FilesOptions) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });
}
