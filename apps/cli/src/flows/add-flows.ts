import { RULE_VERDICTS } from '@bulkhead/core';
import { type Command, Option } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import { longList, momentOption } from '../api/list-options.ts';
import { examples, numberBetween, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { FlowsOptions } from './list.ts';

const MAX_PORT = 65_535;

/** `bulkhead flows`: who talks to whom. */
export function addFlows(root: Command, io: Io, outcome: Outcome): void {
  const flows = root.command('flows').description('who talks to whom').helpCommand(false);

  longList(atApi(flows.command('list')))
    .description('list who opens connections to whom, the latest seen first')
    .option('--namespace <name>', 'only those with an end in this namespace')
    .option('--workload <name>', 'only those with an end of this name')
    .addOption(new Option('--verdict <verdict>', 'only those of which this became').choices(RULE_VERDICTS))
    .option('--application <name>', 'only those that speak this')
    .addOption(new Option('--port <n>', 'only those to this port').argParser(numberBetween(0, MAX_PORT)))
    .addOption(momentOption('--since', 'only those last seen then or later'))
    .addHelpText(
      'after',
      examples(
        [`bulkhead flows list --workload shop-api ${AT_API}`, 'whom it talks to, and who to it'],
        [`bulkhead flows list --verdict block --since 24h ${AT_API}`, 'what was denied since yesterday'],
      ),
    )
    .action(async (options: FlowsOptions) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });
}
