import type { AffectedPackage } from '../advisory/advisory.ts';
import type { Package } from '../package/package.ts';

/** A modular build says so in its release, also where the label is lost: `…-1.module_el8.10.0+3864+d8eec553`. */
const MODULAR_BUILD = /\.module[_+]/;

/**
 * Whether an affected entry speaks of this build of the package at all, beyond name and version:
 *
 * - modularity: entries about a module's packages count for packages of a module, of that stream where the entry names
 *   one; entries without it only for packages outside all modules. Streams have versions of their own: an old stream that
 *   still gets fixes is not older than a fix in a newer one.
 * - arch: where the entry lists some, the package's must be among them (`noarch` and `all` are everywhere).
 * - binaries: where an entry about a source package lists the binary packages it means, this must be one.
 */
export function speaksOf(affected: AffectedPackage, one: Package): boolean {
  const { qualifiers } = affected;
  return (
    (one.type !== 'rpm' || sameModule(one, affected)) &&
    among(qualifiers?.['arch'], one.arch, ['noarch', 'all']) &&
    among(qualifiers?.['binaries'], one.name, [])
  );
}

function sameModule(one: Package, affected: AffectedPackage): boolean {
  const streams = affected.qualifiers?.['modularity'];
  const modular = one.modularity !== undefined || one.version.includes('.module');
  if (streams === undefined) return modular === isModular(affected);
  if (!modular) return false;
  const named = typeof streams === 'string' ? [streams] : streams;
  const label = one.modularity?.split(':').slice(0, 2).join(':');
  if (named.length === 0 || label === undefined) return true;
  return named.some((stream) => stream.split(':').slice(0, 2).join(':') === label);
}

// Asked for every package that an entry is held against; it goes when the entry goes.
const MODULAR = new WeakMap<AffectedPackage, boolean>();

function isModular(affected: AffectedPackage): boolean {
  const known = MODULAR.get(affected);
  if (known !== undefined) return known;
  const modular = affected.ranges.some(({ events }) =>
    events.some((event) => 'fixed' in event && MODULAR_BUILD.test(event.fixed)),
  );
  MODULAR.set(affected, modular);
  return modular;
}

function among(
  listed: string | readonly string[] | undefined,
  value: string | undefined,
  always: readonly string[],
): boolean {
  if (listed === undefined || value === undefined || always.includes(value)) return true;
  return typeof listed === 'string' ? listed === value : listed.length === 0 || listed.includes(value);
}
