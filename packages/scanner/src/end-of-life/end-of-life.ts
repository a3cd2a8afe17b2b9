import type { OsRelease } from '../package/os-release.ts';
import { END_OF_LIFE } from './dates.ts';

/** How many numbers name a release; the others by their first alone. */
const TWO_NUMBERS = new Set(['alpine', 'opensuse-leap', 'sles', 'ubuntu']);
const SAME_DATES: Readonly<Record<string, string>> = { redhat: 'rhel', raspbian: 'debian', suse: 'sles' };

export interface EndOfLife {
  /** `YYYY-MM-DD`, the last day with security updates for everybody. */
  readonly date: string;
  readonly reached: boolean;
}

/** When a distribution's release ends or ended, where that is known. `now` in milliseconds since the Unix epoch. */
export function endOfLife(os: OsRelease, now: number): EndOfLife | undefined {
  const id = SAME_DATES[os.id] ?? os.id;
  const release = releaseOf(id, os.versionId);
  const dates = Object.hasOwn(END_OF_LIFE, id) ? END_OF_LIFE[id] : undefined;
  const date =
    dates !== undefined && release !== undefined && Object.hasOwn(dates, release) ? dates[release] : undefined;
  if (date === undefined) return undefined;
  return { date, reached: now >= Date.parse(date) + DAY_MS };
}

const DAY_MS = 24 * 60 * 60 * 1000;

function releaseOf(id: string, versionId: string | undefined): string | undefined {
  const numbers = /^(\d{1,4})(?:\.(\d{1,4}))?/.exec(versionId ?? '');
  if (numbers?.[1] === undefined) return undefined;
  return TWO_NUMBERS.has(id) && numbers[2] !== undefined ? `${numbers[1]}.${numbers[2]}` : numbers[1];
}
