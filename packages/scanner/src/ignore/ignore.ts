import type { Finding, Suppression } from '../finding/finding.ts';
import { locationOf } from '../report/model/order.ts';
import { parseAnyPurl } from '../vex/any-purl.ts';
import { matchesGlob } from './glob.ts';

/** One entry of an ignore file: every condition that is present must hold. */
export interface IgnoreEntry {
  /** File and line. */
  readonly origin: string;
  /** Of a vulnerability (any of its names), a secret's detector or a misconfiguration rule. */
  readonly id: string;
  readonly kinds?: readonly Finding['kind'][];
  /** Globs over the place of the finding. */
  readonly paths?: readonly string[];
  /** Package URLs; without a version they hold for every version. */
  readonly purls?: readonly string[];
  /** First millisecond at which the entry does not hold any more. */
  readonly expiresAt?: number;
  readonly reason: string;
}

export interface IgnoreOutcome {
  readonly findings: readonly Finding[];
  /** Entries that held once and do not any more: worth a word, since their findings are back. */
  readonly expired: readonly IgnoreEntry[];
}

/** Marks the findings that an ignore file names. Findings that are suppressed already stay as they are. */
export function applyIgnoreEntries(
  findings: readonly Finding[],
  entries: readonly IgnoreEntry[],
  now: number,
): IgnoreOutcome {
  const byId = new Map<string, IgnoreEntry[]>();
  const expired: IgnoreEntry[] = [];
  for (const entry of entries) {
    if (entry.expiresAt !== undefined && entry.expiresAt <= now) {
      expired.push(entry);
      continue;
    }
    const known = byId.get(entry.id);
    if (known === undefined) byId.set(entry.id, [entry]);
    else known.push(entry);
  }
  return {
    expired,
    findings: findings.map((finding) => {
      if (finding.suppressed !== undefined) return finding;
      const entry = namesOf(finding)
        .flatMap((name) => byId.get(name) ?? [])
        .find((one) => appliesTo(one, finding));
      return entry === undefined ? finding : { ...finding, suppressed: suppressionOf(entry) };
    }),
  };
}

function namesOf(finding: Finding): readonly string[] {
  return finding.kind === 'vulnerability' ? [finding.id, finding.advisory, ...finding.aliases] : [finding.id];
}

function appliesTo({ kinds, paths, purls }: IgnoreEntry, finding: Finding): boolean {
  if (kinds !== undefined && !kinds.includes(finding.kind)) return false;
  if (paths !== undefined) {
    const { path, within } = locationOf(finding);
    const places = [path, ...(within ?? [])];
    if (!paths.some((glob) => places.some((place) => matchesGlob(glob, place)))) return false;
  }
  return purls === undefined || purls.some((purl) => isPackage(purl, finding));
}

function isPackage(purl: string, finding: Finding): boolean {
  if (finding.kind !== 'vulnerability') return false;
  const named = parseAnyPurl(purl);
  const { type, namespace, name, version } = finding.package;
  if (named?.type !== type || named.name !== name) return false;
  const distribution = type === 'deb' || type === 'rpm' || type === 'apk';
  return (
    (distribution || (named.namespace ?? '') === (namespace ?? '')) &&
    (named.version === undefined || named.version === version)
  );
}

function suppressionOf({ origin, reason }: IgnoreEntry): Suppression {
  return { by: 'ignore-file', statement: origin, reason };
}
