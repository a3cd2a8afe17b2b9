import type { Command } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { ChosenOptions, DeadOptions } from './dead.ts';

/** `bulkhead alerts`: who is told of what happens. */
export function addAlerts(root: Command, io: Io, outcome: Outcome): void {
  const alerts = root
    .command('alerts')
    .description('who is told of what happens, and whether it arrives')
    .helpCommand(false);

  atApi(alerts.command('sinks'))
    .description('list the sinks of an api')
    .addHelpText('after', examples([`bulkhead alerts sinks ${AT_API}`, 'what is configured']))
    .action(async (place: ApiPlace) => {
      const { sinks } = await import('./sinks.ts');
      outcome.exitCode = await sinks(place, io);
    });
  atApi(alerts.command('test'))
    .description('have an api send a test alert to a sink, and say what became of it')
    .argument('<sink>', 'name of the sink in the configuration of the api')
    .addHelpText('after', examples([`bulkhead alerts test pager ${AT_API}`, 'does it arrive?']))
    .action(async (sink: string, place: ApiPlace) => {
      const { testSink } = await import('./test-sink.ts');
      outcome.exitCode = await testSink(sink, place, io);
    });
  atApi(alerts.command('dead'))
    .description('list the alerts that sinks did not take, the latest first')
    .option('--sink <name>', 'only those of this sink')
    .addHelpText('after', examples([`bulkhead alerts dead ${AT_API}`, 'what did not arrive, and why']))
    .action(async (options: DeadOptions) => {
      const { dead } = await import('./dead.ts');
      outcome.exitCode = await dead(options, io);
    });
  atApi(alerts.command('retry'))
    .description('have dead alerts tried anew')
    .argument('[id...]', 'their identifiers')
    .option('--sink <name>', 'those of this sink')
    .option('--all', 'all of them', false)
    .addHelpText('after', examples([`bulkhead alerts retry --sink pager ${AT_API}`, 'once the pager is well']))
    .action(async (ids: string[], options: ChosenOptions) => {
      const { settleDead } = await import('./dead.ts');
      outcome.exitCode = await settleDead('retry', ids, options, io);
    });
  atApi(alerts.command('drop'))
    .description('forget dead alerts')
    .argument('[id...]', 'their identifiers')
    .option('--sink <name>', 'those of this sink')
    .option('--all', 'all of them', false)
    .addHelpText('after', examples([`bulkhead alerts drop 17 ${AT_API}`, 'one that nobody needs any more']))
    .action(async (ids: string[], options: ChosenOptions) => {
      const { settleDead } = await import('./dead.ts');
      outcome.exitCode = await settleDead('drop', ids, options, io);
    });
}
