import type { Command } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import { longList, momentOption } from '../api/list-options.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { EventsOptions } from './list.ts';

/** `bulkhead events`: what agents observed. */
export function addEvents(root: Command, io: Io, outcome: Outcome): void {
  const events = root.command('events').description('what agents observed').helpCommand(false);

  longList(atApi(events.command('list')))
    .description('list what agents observed, the latest first')
    .option('--namespace <name>', 'only in this namespace')
    .option('--kind <kind>', 'only events of this kind, such as finding or flow-denied')
    .option('--workload <name>', 'only of this pod or container')
    .addOption(momentOption('--since', 'only those received then or later'))
    .addOption(momentOption('--until', 'only those received before'))
    .addHelpText(
      'after',
      examples(
        [`bulkhead events list --kind finding --since 24h ${AT_API}`, 'what travelled in clear since yesterday'],
        [`bulkhead events list --limit 10000 --format jsonl ${AT_API}`, 'an export'],
      ),
    )
    .action(async (options: EventsOptions) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });
  atApi(events.command('show'))
    .description('print all that an event says, as JSON')
    .argument('<id>', 'as "events list" has it')
    .addHelpText('after', examples([`bulkhead events show 17 ${AT_API}`, 'down to its last field']))
    .action(async (id: string, place: ApiPlace) => {
      const { show } = await import('../api/show.ts');
      const path = `/api/v1/events/${encodeURIComponent(id)}`;
      outcome.exitCode = await show(place, { path, failure: 'cannot show the event' }, io);
    });
}
