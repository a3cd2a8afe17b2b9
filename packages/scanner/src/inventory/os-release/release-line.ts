import type { OsRelease } from '../../package/os-release.ts';

/** How the one-line release files name distributions, most special first. */
const NAMES: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/^AlmaLinux\b/i, 'almalinux', ['rhel', 'centos', 'fedora']],
  [/^Rocky Linux\b/i, 'rocky', ['rhel', 'centos', 'fedora']],
  [/^Oracle Linux\b/i, 'ol', ['fedora']],
  [/^CentOS\b/i, 'centos', ['rhel', 'fedora']],
  [/^Red Hat Enterprise Linux\b/i, 'rhel', ['fedora']],
  [/^Fedora\b/i, 'fedora', []],
  [/^Amazon Linux\b/i, 'amzn', ['fedora']],
  [/^VMware Photon\b/i, 'photon', []],
  [/^openSUSE\b/i, 'opensuse', ['suse']],
  [/^SUSE Linux Enterprise\b/i, 'sles', ['suse']],
];

/** Reads what predates os-release: `CentOS release 6.10 (Final)`, `Oracle Linux Server release 5.11`. */
export function parseReleaseLine(text: string): OsRelease | undefined {
  const line = text.trim().split('\n', 1)[0]?.trim() ?? '';
  const known = NAMES.find(([pattern]) => pattern.test(line));
  if (known === undefined || line.length > 200) return undefined;
  const versionId = /(?:release |Linux |Server |SUSE )v?(\d+(?:\.\d+)*)/i.exec(line)?.[1];
  return {
    id: known[1],
    idLike: known[2],
    ...(versionId !== undefined && { versionId }),
    prettyName: line,
  };
}
