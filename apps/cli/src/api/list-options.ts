import { type Command, InvalidArgumentError, Option } from 'commander';
import { formatOption, numberBetween } from '../command.ts';
import { LIST_FORMATS, type ListFormat } from './list-lines.ts';
import type { ApiPlace } from './request-api.ts';

/** More than anybody reads, and no more than a program asks for at once. */
const MAX_LISTED = 1_000_000;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const AGO = /^(\d{1,5})([smhd])$/;

export interface ListOptions extends ApiPlace {
  readonly limit: number;
  readonly format: ListFormat;
}

/** Adds what lists take that may be long. */
export function longList(command: Command): Command {
  return command
    .addOption(
      new Option('--limit <n>', 'how many at most').default(100).argParser((text) => {
        const most = numberBetween(1, MAX_LISTED)(text);
        if (Number.isInteger(most)) return most;
        throw new InvalidArgumentError('it must be a whole number');
      }),
    )
    .addOption(formatOption(LIST_FORMATS));
}

/** An option with a time: as it is, or how long ago. Gives it in ISO 8601. */
export function momentOption(flag: string, what: string): Option {
  return new Option(
    `${flag} <time>`,
    `${what}: a time such as 2026-11-27T08:00:00Z, or how long ago such as 24h`,
  ).argParser((text) => {
    const [, count, unit] = AGO.exec(text) ?? [];
    const ago = Number(count) * (UNIT_MS[unit as keyof typeof UNIT_MS] ?? Number.NaN);
    const at = Number.isNaN(ago) ? Date.parse(text) : Date.now() - ago;
    if (!Number.isNaN(at)) return new Date(at).toISOString();
    throw new InvalidArgumentError('it must be a time such as 2026-11-27T08:00:00Z, or 90s, 10m, 24h or 7d');
  });
}
