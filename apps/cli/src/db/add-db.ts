import { type Command, InvalidArgumentError, Option } from 'commander';
import { examples, formatOption, type Outcome } from '../command.ts';
import type { Io } from '../io.ts';
import { databasePath } from './database-path.ts';

/** Adds the commands about the advisory database. */
export function addDb(root: Command, io: Io, outcome: Outcome): void {
  const db = root.command('db').description('build, update and look into the advisory database').helpCommand(false);

  db.command('build')
    .description('make a database from feeds')
    .requiredOption(
      '--from <place...>',
      'folders or URLs with the layout of the OSV bucket; the first that has an ecosystem gives it',
    )
    .addOption(outputOption('--output <file>', 'the file to make'))
    .addOption(new Option('--ecosystem <name...>', 'only these, such as AlmaLinux, Debian, npm or "Red Hat"'))
    .addOption(kevOption())
    .addOption(epssOption())
    .addOption(vexOption())
    .addOption(formatOption(['table', 'json']))
    .addHelpText(
      'after',
      examples(
        ['bulkhead db build --from /srv/osv --output advisories.db', 'from a mirror in a folder'],
        ['bulkhead db build --from https://mirror.example.org/osv --ecosystem Debian npm', 'from a server'],
        ['bulkhead db build --from /srv/osv --kev kev.json --epss epss.csv.gz', 'with what is exploited'],
      ),
    )
    .action(async (options) => {
      const { build } = await import('./build.ts');
      outcome.exitCode = await build(options, io);
    });

  db.command('update')
    .description('bring a database up to date by what its feeds have changed')
    .addOption(dbOption())
    .addOption(
      new Option(
        '--from <place...>',
        'folders or URLs, asked in order until one answers (default: those it was built from), or oci://registry/repository:tag alone',
      ),
    )
    .addOption(kevOption())
    .addOption(epssOption())
    .addOption(vexOption())
    .addOption(caOption())
    .addOption(plainHttpOption())
    .addOption(formatOption(['table', 'json']))
    .addHelpText(
      'after',
      examples(
        ['bulkhead db update', 'from where it was built from'],
        [
          'bulkhead db update --from oci://registry.example.org/security/advisories:latest',
          'a whole one, if it is newer',
        ],
        ['bulkhead db update --from https://a.example.org/osv https://b.example.org/osv', 'from mirrors'],
      ),
    )
    .action(async (options) => {
      const { update } = await import('./update.ts');
      outcome.exitCode = await update(options, io);
    });

  db.command('info')
    .description('say how old a database is, what is in it, from where and under which licence')
    .addOption(dbOption())
    .option('--verify', 'read all of it and compare it with its checksums')
    .addOption(formatOption(['table', 'json']))
    .addHelpText('after', examples(['bulkhead db info --db advisories.db --format json', 'for a monitor']))
    .action(async (options) => {
      const { info } = await import('./info.ts');
      outcome.exitCode = await info(options, io);
    });

  db.command('export')
    .description('write a database as one compressed file, ready to be the layer of an OCI artifact')
    .addOption(dbOption())
    .requiredOption('--output <file>', 'the file to write')
    .addHelpText('after', examples(['bulkhead db export --output advisories.db.zst', 'prints digest and media type']))
    .action(async (options) => {
      const { exportTo } = await import('./export.ts');
      outcome.exitCode = await exportTo(options, io);
    });

  db.command('import')
    .description('take over a database that was exported elsewhere')
    .argument('<place>', 'a file, a URL or oci://registry/repository:tag')
    .addOption(dbOption())
    .addOption(
      new Option('--digest <digest>', 'refuse anything else; as "db export" printed it').argParser((text: string) => {
        if (/^sha256:[0-9a-f]{64}$/.test(text)) return text;
        throw new InvalidArgumentError('it must be "sha256:" and 64 hexadecimal digits');
      }),
    )
    .addOption(caOption())
    .addOption(plainHttpOption())
    .addOption(formatOption(['table', 'json']))
    .addHelpText('after', examples(['bulkhead db import advisories.db.zst', 'on a machine without a network']))
    .action(async (place: string, options) => {
      const { importFrom } = await import('./import.ts');
      outcome.exitCode = await importFrom(place, options, io);
    });

  db.command('push')
    .description('store a database in a registry, where "db update --from oci://…" and "db import" find it')
    .argument('<reference>', 'registry/repository:tag, with or without oci:// before it')
    .addOption(dbOption())
    .addOption(caOption())
    .addOption(plainHttpOption())
    .addOption(formatOption(['table', 'json']))
    .addHelpText(
      'after',
      examples(['bulkhead db push registry.example.org/security/advisories:latest', 'prints its name and digest']),
    )
    .action(async (place: string, options) => {
      const { push } = await import('./push.ts');
      outcome.exitCode = await push(place, options, io);
    });
}

/** `--db`: which database a command reads. */
export function dbOption(): Option {
  return outputOption('--db <file>', 'the database');
}

function outputOption(flags: string, description: string): Option {
  return new Option(flags, description).default(databasePath(process.env), 'advisories.db in the user’s cache folder');
}

function caOption(): Option {
  return new Option(
    '--ca <file>',
    'certificates of authorities to trust besides the usual ones, in PEM (registries only)',
  );
}

function plainHttpOption(): Option {
  return new Option('--plain-http', 'talk to the registry without encryption (registries only)');
}

function kevOption(): Option {
  return new Option('--kev <place>', 'file or URL of CISA’s catalogue of known exploited vulnerabilities (JSON)');
}

function epssOption(): Option {
  return new Option('--epss <place>', 'file or URL of EPSS scores (CSV, gzip-compressed or not)');
}

function vexOption(): Option {
  return new Option('--vex <place...>', 'files or URLs of OpenVEX documents whose statements apply to every scan');
}
