import { orderVersions, type ParsedVersion, parseVersion, type VersionScheme } from '@bulkhead/versions';
import type { AffectedPackage, RangeEvent, VersionRange } from '../advisory/advisory.ts';

/** What an affected entry says about one version. `range` is the part that holds it, in words. */
export type RangeVerdict =
  | { readonly outcome: 'affected'; readonly range: string; readonly fixedVersions: readonly string[] }
  | { readonly outcome: 'not-affected' }
  /** A version of the advisory or the installed one has no order. */
  | { readonly outcome: 'unknown'; readonly version: string; readonly reason: string };

/** Most entries of a package say so: one object for all of them. */
const NOT_AFFECTED: RangeVerdict = { outcome: 'not-affected' };

export interface CompiledEvent {
  readonly kind: 'introduced' | 'fixed' | 'last_affected';
  readonly text: string;
  /** Absent for "introduced: 0", which is before every version. */
  readonly version?: ParsedVersion;
}

/** A range whose versions were read, its events in order. */
export interface CompiledRange {
  readonly events: readonly CompiledEvent[];
  /** Versions at or above every limit are out of range; none where there is no limit, or one of them is "*". */
  readonly limits: readonly ParsedVersion[];
  readonly problem?: { readonly version: string; readonly reason: string };
}

/** Whether epochs of the advisory's versions count: `without` is RPM's rule for matches by the source package. */
export type EpochForm = 'with' | 'without';

// An advisory's ranges are read once and compared with thousands of packages; they go when the entry goes.
const COMPILED: Readonly<Record<EpochForm, WeakMap<AffectedPackage, readonly CompiledRange[]>>> = {
  with: new WeakMap(),
  without: new WeakMap(),
};

/**
 * Evaluates an affected entry by OSV's schema: a version in `versions` is affected; a range's events are put in order and
 * switch between affected and not, `fixed` exclusive, `last_affected` inclusive, `limit` cutting off what other branches
 * brought. `text` is the installed version as written, `installed` what its scheme made of it.
 */
export function evaluateAffected(
  affected: AffectedPackage,
  scheme: VersionScheme,
  text: string,
  installed: ReturnType<typeof parseVersion>,
  epochs: EpochForm = 'with',
): RangeVerdict {
  if (affected.versions.length > 0 && affected.versions.includes(text)) {
    return {
      outcome: 'affected',
      range: `listed: ${text}`,
      fixedVersions: fixesAbove(affected, scheme, installed, epochs),
    };
  }
  const ranges = compiledRanges(affected, scheme, epochs);
  if (ranges.length === 0) {
    return NOT_AFFECTED;
  }
  if (!installed.ok) return { outcome: 'unknown', version: installed.version, reason: installed.reason };
  for (const range of ranges) {
    if (range.problem !== undefined) return { outcome: 'unknown', ...range.problem };
    const held = holds(range, installed.version);
    if (held === undefined) continue;
    return { outcome: 'affected', range: held, fixedVersions: fixesAbove(affected, scheme, installed, epochs) };
  }
  return NOT_AFFECTED;
}

/** The part of a range that holds the version, in words; undefined where none does. */
function holds(range: CompiledRange, version: ParsedVersion): string | undefined {
  if (range.limits.length > 0 && !range.limits.some((limit) => orderVersions(version, limit) < 0)) return undefined;
  let since: CompiledEvent | undefined;
  let next: CompiledEvent | undefined;
  for (const event of range.events) {
    const order = event.version === undefined ? 1 : orderVersions(version, event.version);
    if (event.kind === 'introduced') {
      if (order >= 0) {
        since = event;
        next = undefined;
      }
    } else if (event.kind === 'fixed' ? order >= 0 : order > 0) {
      since = undefined;
    } else if (since !== undefined) {
      next ??= event;
      // What stands at the version itself still counts.
      if (order < 0) break;
    }
  }
  if (since === undefined) return undefined;
  return spanInWords(since, next);
}

function spanInWords(since: CompiledEvent, next: CompiledEvent | undefined): string {
  const from = since.version === undefined ? '' : `>= ${since.text}`;
  const to = next === undefined ? '' : `${next.kind === 'fixed' ? '<' : '<='} ${next.text}`;
  return [from, to].filter((part) => part !== '').join(', ') || 'every version';
}

/** All fixes newer than what is installed, nearest first. */
function fixesAbove(
  affected: AffectedPackage,
  scheme: VersionScheme,
  installed: ReturnType<typeof parseVersion>,
  epochs: EpochForm,
): readonly string[] {
  if (!installed.ok) return [];
  const fixes = compiledRanges(affected, scheme, epochs)
    .flatMap(({ events }) => events)
    .flatMap(({ kind, text, version }) => (kind === 'fixed' && version !== undefined ? [{ text, version }] : []))
    .filter(({ version }) => orderVersions(version, installed.version) > 0)
    .toSorted((a, b) => orderVersions(a.version, b.version));
  return [...new Set(fixes.map(({ text }) => text))];
}

/** The ranges of an entry, read once. */
export function compiledRanges(
  affected: AffectedPackage,
  scheme: VersionScheme,
  epochs: EpochForm,
): readonly CompiledRange[] {
  const known = COMPILED[epochs].get(affected);
  if (known !== undefined) return known;
  // Commits are in no package database.
  const compiled = affected.ranges.filter(({ type }) => type !== 'GIT').map((range) => compile(range, scheme, epochs));
  COMPILED[epochs].set(affected, compiled);
  return compiled;
}

function compile(range: VersionRange, scheme: VersionScheme, epochs: EpochForm): CompiledRange {
  const events: CompiledEvent[] = [];
  const limits: ParsedVersion[] = [];
  let unlimited = false;
  for (const event of range.events) {
    const { kind, text } = read(event);
    if (kind === 'introduced' && text === '0') {
      events.push({ kind, text });
      continue;
    }
    if (kind === 'limit' && text === '*') {
      unlimited = true;
      continue;
    }
    const reading = parseVersion(scheme, epochs === 'with' ? text : withoutEpoch(text));
    if (!reading.ok) return { events: [], limits: [], problem: { version: text, reason: reading.reason } };
    if (kind === 'limit') limits.push(reading.version);
    else events.push({ kind, text, version: reading.version });
  }
  // Stable: events at the same version stay as the advisory has them.
  events.sort((a, b) => {
    if (a.version === undefined || b.version === undefined)
      return Number(a.version !== undefined) - Number(b.version !== undefined);
    return orderVersions(a.version, b.version);
  });
  return { events, limits: unlimited ? [] : limits };
}

function read(event: RangeEvent): { readonly kind: CompiledEvent['kind'] | 'limit'; readonly text: string } {
  if ('introduced' in event) return { kind: 'introduced', text: event.introduced };
  if ('fixed' in event) return { kind: 'fixed', text: event.fixed };
  if ('last_affected' in event) return { kind: 'last_affected', text: event.last_affected };
  return { kind: 'limit', text: event.limit };
}

/** RPM and Debian write the epoch as digits and a colon before the version. */
export function withoutEpoch(version: string): string {
  return version.replace(/^[0-9]+:/, '');
}
