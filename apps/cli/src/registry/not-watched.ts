import { printable } from '@bulkhead/core';
import { CliError } from '../error.ts';

/** No registry has this name. */
export function notWatched(name: string): CliError {
  return new CliError('USAGE', {
    what: `there is no registry ${JSON.stringify(printable(name, 80))}`,
    why: 'none of this name is watched',
    fix: 'see "bulkhead registry list"',
  });
}
