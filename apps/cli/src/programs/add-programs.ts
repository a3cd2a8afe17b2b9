import { RULE_VERDICTS } from '@bulkhead/core';
import { type Command, Option } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import { longList, momentOption } from '../api/list-options.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { ProgramsOptions } from './list.ts';

/** `bulkhead programs`: what workloads run. */
export function addPrograms(root: Command, io: Io, outcome: Outcome): void {
  const programs = root.command('programs').description('what workloads run').helpCommand(false);

  longList(atApi(programs.command('list')))
    .description('list the programs that containers run, the latest seen first')
    .option('--namespace <name>', 'only those that run in this namespace')
    .option('--workload <name>', 'only those of this workload')
    .option('--executable <path>', 'only this one, by its path as the container sees it')
    .addOption(new Option('--verdict <verdict>', 'only those of which this became').choices(RULE_VERDICTS))
    .addOption(momentOption('--since', 'only those last seen then or later'))
    .addHelpText(
      'after',
      examples(
        [`bulkhead programs list --workload shop-api ${AT_API}`, 'what it runs'],
        [`bulkhead programs list --executable /bin/sh --since 24h ${AT_API}`, 'who ran a shell since yesterday'],
      ),
    )
    .action(async (options: ProgramsOptions) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });
}
