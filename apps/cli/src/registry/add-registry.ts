import type { ImageScanner } from '@bulkhead/scanner';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, formatOption, numberBetween, type Outcome } from '../command.ts';
import { dbOption } from '../db/add-db.ts';
import type { Io } from '../io.ts';
import { parseList } from '../scan/parse-list.ts';

const MAX_CONCURRENCY = 64;
/** Those of a stored scan, without loading what scans. */
const IMAGE_SCANNERS = ['vuln', 'secret'] as const satisfies readonly ImageScanner[];

/** Adds the commands about registries that are watched. Their modules are loaded when one of them runs. */
export function addRegistry(root: Command, io: Io, outcome: Outcome): void {
  const registry = root
    .command('registry')
    .description('watch registries: scan what they have, once')
    .helpCommand(false);

  at(registry.command('add'))
    .description('watch a registry from now on')
    .argument('<name>', 'what to call it')
    .argument('<host>', 'HOST or HOST:PORT')
    .option(
      '--repository <pattern...>',
      'only these repositories; "*" and "?" stand for anything. Plain names need no list',
    )
    .option('--exclude-repository <pattern...>', 'not these')
    .option('--tag <pattern...>', 'only these tags')
    .option('--exclude-tag <pattern...>', 'not these')
    .option('--platform <platform...>', 'OS/ARCHITECTURE[/VARIANT]; "all" for every platform (default: linux/amd64)')
    .option('--insecure', 'plain HTTP')
    .option('--docker-config <file>', 'a config.json with its credentials (default: the user’s own)')
    .option('--username <name>', 'who asks, with --password-file')
    .option('--password-file <file>', 'file with the password and nothing else; only its path is kept')
    .option('--ca <file>', 'certificates (PEM) of the authority that signed the registry’s')
    .option('--key <file...>', 'public keys (PEM) that signatures of its images are held against')
    .option('--trust-root <file...>', 'trust roots that signatures without a key are held against')
    .addHelpText(
      'after',
      examples(
        ['bulkhead registry add hub registry.example.org --repository "shop/*"', 'some of its repositories'],
        ['bulkhead registry add lab 127.0.0.1:5000 --insecure --exclude-tag "*-rc*"', 'no release candidates'],
      ),
    )
    .action(async (name: string, host: string, options) => {
      const { add } = await import('./add.ts');
      outcome.exitCode = await add(name, host, options, io);
    });

  at(registry.command('list'))
    .description('list the registries that are watched')
    .addOption(formatOption(['table', 'json']))
    .action(async (options) => {
      const { list } = await import('./list.ts');
      outcome.exitCode = await list(options, io);
    });

  at(registry.command('remove'))
    .description('watch a registry no longer, and forget the images that only it has')
    .argument('<name>', 'which')
    .action(async (name: string, options) => {
      const { remove } = await import('./remove.ts');
      outcome.exitCode = await remove(name, options, io);
    });

  at(registry.command('scan'))
    .description('scan what is new in a registry; with a configuration that names a Redis, ask its workers to')
    .argument('<name>', 'which')
    .addOption(dbOption())
    .addOption(
      new Option('--concurrency <n>', 'images in work at once').default(8).argParser(numberBetween(1, MAX_CONCURRENCY)),
    )
    .addOption(
      new Option('--scanners <list>', `what to look for, separated by commas: ${IMAGE_SCANNERS.join(', ')}`)
        .argParser(parseScanners)
        .default([...IMAGE_SCANNERS], 'all of them'),
    )
    .addOption(formatOption(['table', 'json']))
    .addHelpText('after', examples(['bulkhead registry scan hub', 'images that were not scanned before']))
    .action(async (name: string, options, command: Command) => {
      const { scan } = await import('./scan.ts');
      const given = ['scanners', 'db', 'concurrency'].filter((one) => command.getOptionValueSource(one) === 'cli');
      outcome.exitCode = await scan(name, { ...options, given }, io);
    });

  at(registry.command('rescan'))
    .description('judge the stored images by the advisories as they are now, without pulling anything')
    .addOption(dbOption())
    .addOption(formatOption(['table', 'json']))
    .addHelpText(
      'after',
      examples(['bulkhead db update && bulkhead registry rescan', 'which images are newly affected']),
    )
    .action(async (options) => {
      const { rescanStored } = await import('./rescan.ts');
      outcome.exitCode = await rescanStored(options, io);
    });

  at(registry.command('status'))
    .description('what is known of the registries')
    .argument('[name]', 'of this one only')
    .addOption(formatOption(['table', 'json']))
    .action(async (name: string | undefined, options) => {
      const { status } = await import('./status.ts');
      outcome.exitCode = await status(name, options, io);
    });
}

function parseScanners(text: string): readonly ImageScanner[] {
  const scanners = parseList(text, IMAGE_SCANNERS);
  if (scanners.includes('vuln')) return scanners;
  throw new InvalidArgumentError('it must have vuln: registries are watched for advisories');
}

/** Where all of them look. */
function at(command: Command): Command {
  return command
    .option('--store <file>', 'the store (default: store.db in the user’s state folder)')
    .option('--config <file>', 'configuration of a worker, whose store and Redis are used');
}
