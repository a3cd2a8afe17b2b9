import type { AffectedPackage } from '@bulkhead/scanner';
import type { OsvAffected, OsvRecord } from './osv-schema.ts';

type Qualifiers = NonNullable<AffectedPackage['qualifiers']>;

/** A summary is a line; a stream's name stands at its beginning. */
const MAX_SUMMARY_LENGTH = 1000;
/** Go records name up to a few thousand symbols. */
const MAX_SYMBOLS = 20_000;
const MAX_VALUE_LENGTH = 1024;

/** A build of a modular package says so in its release: `…-1.module_el8.0.0+6004+2fc32706`, `….module+el8.9.0+…`. */
const MODULAR = /\.module[_+]el/;
const STREAM = /^[\w.+-]{1,200}:[\w.+-]{1,200}$/;

/**
 * Limits of an affected package beyond its name and version:
 *
 * - `modularity`: the module streams the advisory is about, `name:stream`. RPM errata do not say them anywhere but in
 *   the summary ("Important: nodejs:18 security update"). Empty where the builds are modular and no stream is named: such
 *   an entry is about packages of some module, and never about one outside all modules.
 * - `symbols`: Go's vulnerable functions, `path.Symbol`, or `path` alone for a whole package.
 * - `binaries`: names of the binary packages that a source package's entry speaks of (SUSE, Ubuntu).
 * - `urgency`: Debian's word, `unimportant` and the like.
 */
export function qualifiers(record: OsvRecord, affected: OsvAffected): Qualifiers | undefined {
  const found = {
    ...modularity(record, affected),
    ...symbols(affected.ecosystem_specific?.['imports']),
    ...binaries(affected.ecosystem_specific?.['binaries']),
    ...urgency(affected),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}

/** A feed's own word that no fix will come. */
export function affectedStatus(affected: OsvAffected): AffectedPackage['status'] {
  return urgencyOf(affected) === 'end-of-life' ? 'end-of-life' : undefined;
}

function modularity(record: OsvRecord, { ranges }: OsvAffected): Qualifiers {
  const modular = (ranges ?? []).some(({ events }) =>
    events.some((event) => 'fixed' in event && MODULAR.test(event.fixed)),
  );
  if (!modular) return {};
  const words = (record.summary ?? '').slice(0, MAX_SUMMARY_LENGTH).split(/[\s,]+/);
  // "httpd:2.4/mod_http2 security update" names the package within the module.
  const streams = words.map((word) => word.split('/', 1)[0] ?? '').filter((word) => STREAM.test(word));
  return { modularity: [...new Set(streams)] };
}

function symbols(imports: unknown): Qualifiers {
  const found: string[] = [];
  for (const entry of listOf(imports)) {
    const { path, symbols: names } = Object(entry) as { readonly path?: unknown; readonly symbols?: unknown };
    if (!isText(path)) continue;
    const here = listOf(names).filter(isText);
    found.push(...(here.length === 0 ? [path] : here.map((name) => `${path}.${name}`)));
    if (found.length > MAX_SYMBOLS) return {}; // all or nothing: a cut list would say that the rest is not affected
  }
  return found.length > 0 ? { symbols: found } : {};
}

function binaries(value: unknown): Qualifiers {
  const names = listOf(value).flatMap((entry) => {
    const object = Object(entry) as Record<string, unknown>;
    // Ubuntu: { binary_name, binary_version }; SUSE: { name: version, … }.
    return isText(object['binary_name']) ? [object['binary_name']] : Object.keys(object).filter(isText);
  });
  return names.length > 0 && names.length <= MAX_SYMBOLS ? { binaries: [...new Set(names)] } : {};
}

function urgency(affected: OsvAffected): Qualifiers {
  const word = urgencyOf(affected);
  return word === undefined ? {} : { urgency: word };
}

function urgencyOf({ ecosystem_specific: specific }: OsvAffected): string | undefined {
  const word = specific?.['urgency'];
  return isText(word) ? word : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value.length <= MAX_SYMBOLS ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_VALUE_LENGTH;
}
