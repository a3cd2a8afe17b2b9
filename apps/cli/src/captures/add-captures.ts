import type { Command } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import type { GetOptions } from './get.ts';

/** `bulkhead captures`: packets that agents have kept. */
export function addCaptures(root: Command, io: Io, outcome: Outcome): void {
  const captures = root.command('captures').description('packets that agents have kept').helpCommand(false);

  atApi(captures.command('list'))
    .description('list the captures that agents have told of, the latest first')
    .addHelpText('after', examples([`bulkhead captures list ${AT_API}`, 'what there is, each by the id of its event']))
    .action(async (place: ApiPlace) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(place, io);
    });
  atApi(captures.command('get'))
    .description('download a capture from the node that keeps it: its packets are not masked')
    .argument('<id>', 'of the event that told of it, as "captures list" has it')
    .requiredOption('--output <file>', 'where it goes, readable for you alone')
    .addHelpText(
      'after',
      examples([`bulkhead captures get 17 --output trace.pcapng ${AT_API}`, 'for Wireshark and others']),
    )
    .action(async (id: string, options: GetOptions) => {
      const { get } = await import('./get.ts');
      outcome.exitCode = await get(id, options, io);
    });
}
