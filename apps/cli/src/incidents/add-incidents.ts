import { type Command, Option } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import { longList } from '../api/list-options.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { ChangeOptions, IncidentState } from './change.ts';
import type { IncidentsOptions } from './list.ts';

/** `bulkhead incidents`: what people must look at. */
export function addIncidents(root: Command, io: Io, outcome: Outcome): void {
  const incidents = root.command('incidents').description('what people must look at').helpCommand(false);

  longList(atApi(incidents.command('list')))
    .description('list incidents, the latest first')
    .option('--namespace <name>', 'only of this namespace')
    .addOption(new Option('--state <state>', 'only those in it').choices(['open', 'acknowledged', 'closed']))
    .addHelpText('after', examples([`bulkhead incidents list --state open ${AT_API}`, 'what nobody looks at yet']))
    .action(async (options: IncidentsOptions) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });
  atApi(incidents.command('show'))
    .description('print all that is known of an incident, as JSON')
    .argument('<id>', 'as "incidents list" has it')
    .addHelpText(
      'after',
      examples([`bulkhead incidents show 12 ${AT_API}`, 'its lastEvent is what "events show" takes']),
    )
    .action(async (id: string, place: ApiPlace) => {
      const { show } = await import('../api/show.ts');
      const path = `/api/v1/incidents/${encodeURIComponent(id)}`;
      outcome.exitCode = await show(place, { path, failure: 'cannot show the incident' }, io);
    });

  const changing = (name: string, state: IncidentState, what: string, example: readonly [string, string]): void => {
    atApi(incidents.command(name))
      .description(what)
      .argument('<id...>', 'as "incidents list" has them')
      .option('--note <text>', 'why, for who looks at it later')
      .addHelpText('after', examples([`bulkhead incidents ${name} ${example[0]} ${AT_API}`, example[1]]))
      .action(async (ids: string[], options: ChangeOptions) => {
        const { change } = await import('./change.ts');
        outcome.exitCode = await change(ids, state, options, io);
      });
  };
  changing('acknowledge', 'acknowledged', 'say that somebody looks at incidents', ['12', 'it is being looked at']);
  changing('close', 'closed', 'close incidents: what happens again opens another', [
    '12 13 --note "a test of ours"',
    'nothing to be done',
  ]);
  changing('reopen', 'open', 'open incidents again that are acknowledged or closed', ['12', 'it was not over']);
}
