import type { Command } from 'commander';

/** Adds what every command that asks an api takes. */
export function atApi(command: Command): Command {
  return command
    .requiredOption('--api <url>', 'where the api is')
    .requiredOption('--token-file <file>', 'file with an API token')
    .option('--ca <file>', 'PEM file of the authority of its certificate');
}
