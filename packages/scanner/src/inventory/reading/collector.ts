import { printable } from '@bulkhead/core';
import type { OsRelease } from '../../package/os-release.ts';
import type { Fact, FoundPackage } from '../../reader/fact.ts';
import type { Gap, GapCode } from '../../reader/gap.ts';
import type { ReadResult } from '../../reader/reader.ts';

/** A distribution's database holds some thousand packages, a monorepo's lock file some ten thousand. */
export const MAX_PACKAGES_PER_FILE = 200_000;
/** More gaps in one file say nothing new. */
export const MAX_GAPS_PER_FILE = 20;
/** Of a name or version; the longest real ones (Go modules, Debian backports) stay below 300. */
export const MAX_FIELD_LENGTH = 1024;
/** Linux's PATH_MAX. */
const MAX_PATH_LENGTH = 4096;
/** A full desktop owns some 500,000 files with paths of 60 characters. */
const MAX_OWNED_PATHS = 2_000_000;
const MAX_OWNED_CHARACTERS = 256 * 1024 * 1024;
/** Names in one gap's message. */
const MAX_NAMES_IN_MESSAGE = 5;

type OwnedFiles = Extract<Fact, { kind: 'owned-files' }>;

/** Gathers what one file says. Never throws; whatever exceeds a bound becomes a gap once. */
export class Collector {
  readonly #reader: string;
  readonly #path: string;
  readonly #packages = new Map<string, FoundPackage>();
  readonly #others: Fact[] = [];
  readonly #gaps: Gap[] = [];
  readonly #unresolved: string[] = [];
  readonly #supersedes: string[] = [];
  readonly #limits = new Set<string>();
  #malformed = 0;
  #paths = 0;
  #pathCharacters = 0;

  constructor(reader: string, path: string) {
    this.#reader = reader;
    this.#path = path;
  }

  /**
   * Takes a package once, however often the file names it, or counts it as malformed when its name or
   * version is empty, too long or not printable.
   */
  add(found: FoundPackage): void {
    if (!isField(found.name) || !isField(found.version)) {
      this.malformed();
      return;
    }
    const key = keyOf(found);
    const known = this.#packages.get(key);
    if (known !== undefined) {
      // Needed in production once is needed in production.
      if (known.scope !== undefined && found.scope !== known.scope) this.#packages.set(key, wider(known, found));
    } else if (this.#packages.size < MAX_PACKAGES_PER_FILE) this.#packages.set(key, found);
    else this.#limit(`more than ${MAX_PACKAGES_PER_FILE} packages`);
  }

  /**
   * Whether one more owned path of this length is taken. Asked before the path is made: databases write a folder once
   * and its files by name, so that a small file can stand for any number of long paths.
   */
  takesPath(length: number): boolean {
    if (length > MAX_PATH_LENGTH) {
      this.malformed();
      return false;
    }
    if (this.#paths >= MAX_OWNED_PATHS || this.#pathCharacters + length > MAX_OWNED_CHARACTERS) {
      this.#limit('more paths of owned files than are read');
      return false;
    }
    this.#paths += 1;
    this.#pathCharacters += length;
    return true;
  }

  owned(owner: OwnedFiles['owner'], paths: readonly string[]): void {
    if (paths.length > 0 && isField(owner.name)) this.#others.push({ kind: 'owned-files', owner, paths });
  }

  release(release: OsRelease): void {
    this.#others.push({ kind: 'os-release', release });
  }

  /** An entry that is not what the format says it must be. */
  malformed(): void {
    this.#malformed += 1;
  }

  /** A dependency that is named without a version that could be compared. */
  unresolved(name: string): void {
    this.#unresolved.push(name);
  }

  /** These files say less exactly what this one says: their packages do not count. */
  supersedes(...paths: readonly string[]): void {
    this.#supersedes.push(...paths);
  }

  /** The message may hold text of the file: it is made fit to be printed. */
  gap(code: GapCode, message: string): void {
    if (this.#gaps.length < MAX_GAPS_PER_FILE) {
      this.#gaps.push({ code, message: printable(message), path: this.#path, reader: this.#reader });
    }
  }

  result(): ReadResult {
    if (this.#malformed > 0) this.gap('corrupt', `${entries(this.#malformed)} not well formed`);
    if (this.#unresolved.length > 0) this.gap('unresolved', `no exact version for ${listed(this.#unresolved)}`);
    const packages: Fact[] =
      this.#packages.size === 0 && this.#supersedes.length === 0
        ? []
        : [
            {
              kind: 'packages',
              packages: [...this.#packages.values()],
              ...(this.#supersedes.length > 0 && { supersedes: this.#supersedes }),
            },
          ];
    return { facts: [...packages, ...this.#others], gaps: this.#gaps };
  }

  #limit(message: string): void {
    if (!this.#limits.has(message)) this.gap('limit', message);
    this.#limits.add(message);
  }
}

/** Whether a text may stand as a name or version: not empty, bounded, and safe to print. */
export function isField(text: string): boolean {
  return text !== '' && text.length <= MAX_FIELD_LENGTH && !/\p{Cc}/u.test(text);
}

function keyOf({ type, namespace, name, version, arch, within }: FoundPackage): string {
  return [type, namespace, name, version, arch, ...(within ?? [])].join('\0');
}

/** Of two entries for one package, the one that reaches further: production, then optional, then development. */
function wider(one: FoundPackage, other: FoundPackage): FoundPackage {
  return other.scope === undefined || one.scope === 'development' ? other : one;
}

function entries(count: number): string {
  return count === 1 ? '1 entry is' : `${count} entries are`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES_IN_MESSAGE).map((name) => name.slice(0, 100));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
