import { SEVERITIES, type Severity } from '@bulkhead/core';
import { type Command, Option } from 'commander';
import { AT_API, atApi } from '../api/api-options.ts';
import { longList } from '../api/list-options.ts';
import type { ApiPlace } from '../api/request-api.ts';
import { examples, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import { parseList } from '../scan/parse-list.ts';
import type { FindingsOptions } from './findings.ts';
import type { ImagesOptions } from './list.ts';

/** `bulkhead images`: the images of watched registries, as an api knows them. */
export function addImages(root: Command, io: Io, outcome: Outcome): void {
  const images = root
    .command('images')
    .description('images of watched registries, and what was found in them')
    .helpCommand(false);

  longList(atApi(images.command('list')))
    .description('list images with what counts in each')
    .option('--registry <name>', 'only those of this watched registry')
    .option('--vulnerability <id>', 'only those in which it counts')
    .addHelpText(
      'after',
      examples([`bulkhead images list --vulnerability CVE-2021-44228 ${AT_API}`, 'which images have it']),
    )
    .action(async (options: ImagesOptions) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });
  atApi(images.command('show'))
    .description('print all that is known of an image, as JSON')
    .argument('<digest>', 'as "images list" has it')
    .addHelpText('after', examples([`bulkhead images show sha256:5d0d… ${AT_API}`, 'which tags lead to it']))
    .action(async (digest: string, place: ApiPlace) => {
      const { show } = await import('../api/show.ts');
      const path = `/api/v1/images/${encodeURIComponent(digest)}`;
      outcome.exitCode = await show(place, { path, failure: 'cannot show the image' }, io);
    });
  longList(atApi(images.command('findings')))
    .description('list what was found in an image, without another scan')
    .argument('<digest>', 'as "images list" has it')
    .addOption(
      new Option(
        '--severity <list>',
        `only these, separated by commas: ${SEVERITIES.toReversed().join(', ')}`,
      ).argParser((text): ReadonlySet<Severity> => new Set(parseList(text, SEVERITIES))),
    )
    .addHelpText(
      'after',
      examples([
        `bulkhead images findings sha256:5d0d… --severity critical,high ${AT_API}`,
        'what is to be mended first',
      ]),
    )
    .action(async (digest: string, options: FindingsOptions) => {
      const { findings } = await import('./findings.ts');
      outcome.exitCode = await findings(digest, options, io);
    });
}
