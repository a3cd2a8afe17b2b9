import type { Command } from 'commander';

/** How examples say where an api is. */
export const AT_API = '--api https://localhost:9443 --ca ca.crt --token-file token';

/** Adds what every command that asks an api takes. */
export function atApi(command: Command): Command {
  return command
    .requiredOption('--api <url>', 'where the api is')
    .requiredOption('--token-file <file>', 'file with an API token')
    .option('--ca <file>', 'PEM file of the authority of its certificate');
}
