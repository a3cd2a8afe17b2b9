/** What os-release(5) and its older relatives say. `id` is `debian`, `alpine`, `almalinux`, …; lower case. */
export interface OsRelease {
  readonly id: string;
  readonly idLike: readonly string[];
  /** Absent for rolling distributions. */
  readonly versionId?: string;
  readonly versionCodename?: string;
  readonly prettyName?: string;
  readonly cpeName?: string;
}

/** Files that may name the distribution, the one to believe first. */
const PREFERENCE = [
  /^etc\/os-release$/,
  /^usr\/lib\/os-release$/,
  /^etc\/(?:alpine|oracle|photon|SuSE|centos|system|redhat)-release$/,
  /^etc\/lsb-release$/,
  /^etc\/debian_version$/,
  /^usr\/lib\/os\.release\.d\//,
];

/**
 * Which distribution it is, when several files say so: the first by preference, with a version or code name that it
 * leaves out taken from another file that names the same distribution (Debian's `trixie/sid` has no VERSION_ID).
 */
export function chooseOsRelease(
  candidates: readonly { readonly path: string; readonly release: OsRelease }[],
): OsRelease | undefined {
  const ordered = candidates.toSorted((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1));
  const best = ordered[0]?.release;
  if (best === undefined) return undefined;
  const same = ordered.map(({ release }) => release).filter(({ id }) => id === best.id);
  const versionId = same.find((one) => one.versionId !== undefined)?.versionId;
  const versionCodename = same.find((one) => one.versionCodename !== undefined)?.versionCodename;
  return {
    ...best,
    ...(versionId !== undefined && { versionId }),
    ...(versionCodename !== undefined && { versionCodename }),
  };
}

function rank(path: string): number {
  const index = PREFERENCE.findIndex((pattern) => pattern.test(path));
  return index === -1 ? PREFERENCE.length : index;
}
