import { SEVERITIES, type Severity } from '@bulkhead/core';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { numberBetween } from '../command.ts';
import { databasePath } from '../db/database-path.ts';
import { FORMATS, SCANNERS } from './options.ts';
import { parseList } from './parse-list.ts';

/** Adds what every command takes that judges what it read. `scanners`: whether what is looked for can be chosen. */
export function scanning(command: Command, { scanners = true }: { readonly scanners?: boolean } = {}): Command {
  judging(command);
  if (!scanners) return command;
  return command.addOption(
    new Option('--scanners <list>', `what to look for, separated by commas: ${SCANNERS.join(', ')}`)
      .argParser(parseScanners)
      .default(['vuln', 'secret', 'misconfig'], 'all of them'),
  );
}

function judging(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print').choices([...FORMATS]).default('table'))
    .option('--output <file>', 'write the report there instead of to standard output')
    .option('--template <file>', 'the template, for --format template')
    .addOption(
      new Option(
        '--severity <list>',
        `only these, separated by commas: ${SEVERITIES.toReversed().join(', ')}`,
      ).argParser(parseSeverities),
    )
    .option('--ignore-unfixed', 'leave out vulnerabilities that nobody has fixed')
    .addOption(
      repeatable('--ignorefile <file>', 'findings that do not count: .trivyignore, plain or YAML, or our own form'),
    )
    .addOption(repeatable('--vex <file>', 'statements about vulnerabilities: OpenVEX, CycloneDX or CSAF'))
    .addOption(exitCode('--exit-code <n>', 'what to exit with when a finding counts').default(0))
    .addOption(exitCode('--exit-on-eol <n>', 'what to exit with when the system gets no security updates any more'))
    .addOption(
      new Option('--db <file>', 'the advisory database').default(
        databasePath(process.env),
        'advisories.db in the user’s cache folder',
      ),
    )
    .option('--offline', 'use no network')
    .option('--list-all-pkgs', 'list every package, also those without findings')
    .option('--explain <id>', 'tell how the findings of a vulnerability came about, instead of a report')
    .option('--allow-partial', 'exit as if the scan were complete when something could not be looked at')
    .option('--debug', 'say how long every phase took');
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; repeatable`)
    .default([], 'none')
    .argParser((file: string, files: string[]) => [...files, file]);
}

function exitCode(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const code = numberBetween(0, 255)(text);
    if (Number.isInteger(code)) return code;
    throw new InvalidArgumentError('it must be a whole number');
  });
}

function parseSeverities(text: string): ReadonlySet<Severity> {
  return new Set(parseList(text, SEVERITIES));
}

function parseScanners(text: string): readonly (typeof SCANNERS)[number][] {
  return parseList(text, SCANNERS);
}
