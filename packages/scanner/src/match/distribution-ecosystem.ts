import type { VersionScheme } from '@bulkhead/versions';
import type { OsRelease } from '../package/os-release.ts';
import type { PackageType } from '../package/package.ts';

/** Where advisories about a distribution's packages are looked up, and by which of their names. */
export interface DistributionEcosystem {
  readonly type: Extract<PackageType, 'apk' | 'deb' | 'rpm'>;
  readonly scheme: Extract<VersionScheme, 'apk' | 'deb' | 'rpm'>;
  /** Names in OSV, those the source of advisories knows; several where a distribution splits its release. */
  readonly ecosystems: readonly string[];
  /** What the advisories are expected to be called, for the message that there are none. */
  readonly wanted: string;
  readonly names: 'source' | 'binary' | 'both';
  /** Pattern of the vendors whose builds the advisories speak of; absent where the package database names none. */
  readonly vendors?: RegExp;
}

interface Distribution {
  readonly type: DistributionEcosystem['type'];
  readonly names: DistributionEcosystem['names'];
  readonly vendors?: RegExp;
  /** The name of the release's ecosystem; undefined where the release cannot be told. */
  readonly name: (os: OsRelease) => string | undefined;
  /** Which further ecosystems belong to the release. */
  readonly belongs?: (ecosystem: string, os: OsRelease) => boolean;
}

const RHEL_VENDORS = /red hat|centos/i;

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  alpine: { type: 'apk', names: 'source', name: alpineName },
  // Its records name binary packages, against the schema's word.
  almalinux: {
    type: 'rpm',
    names: 'binary',
    vendors: /alma/i,
    name: (os) => numbered('AlmaLinux', major(os)),
  },
  alpaquita: { type: 'apk', names: 'source', name: (os) => numbered('Alpaquita', os.versionId) },
  azurelinux: { type: 'rpm', names: 'source', vendors: /microsoft/i, name: (os) => numbered('Azure Linux', major(os)) },
  centos: { type: 'rpm', names: 'both', vendors: RHEL_VENDORS, name: redHatName, belongs: isRedHat },
  chainguard: { type: 'apk', names: 'both', name: () => 'Chainguard' },
  debian: { type: 'deb', names: 'source', name: debianName },
  echo: { type: 'deb', names: 'source', name: () => 'Echo' },
  mageia: { type: 'rpm', names: 'source', vendors: /mageia/i, name: (os) => numbered('Mageia', major(os)) },
  mariner: { type: 'rpm', names: 'source', vendors: /microsoft/i, name: (os) => numbered('Azure Linux', major(os)) },
  minimos: { type: 'apk', names: 'both', name: () => 'MinimOS' },
  openeuler: { type: 'rpm', names: 'source', vendors: /openeuler/i, name: openEulerName },
  'opensuse-leap': { type: 'rpm', names: 'source', vendors: /suse/i, name: (os) => numbered('openSUSE', leap(os)) },
  'opensuse-tumbleweed': { type: 'rpm', names: 'source', vendors: /suse/i, name: () => 'openSUSE:Tumbleweed' },
  raspbian: { type: 'deb', names: 'source', name: debianName },
  rhel: { type: 'rpm', names: 'both', vendors: RHEL_VENDORS, name: redHatName, belongs: isRedHat },
  rocky: { type: 'rpm', names: 'both', vendors: /rocky/i, name: (os) => numbered('Rocky Linux', major(os)) },
  sled: { type: 'rpm', names: 'source', vendors: /suse/i, name: suseName, belongs: isSuse },
  sles: { type: 'rpm', names: 'source', vendors: /suse/i, name: suseName, belongs: isSuse },
  ubuntu: { type: 'deb', names: 'source', name: ubuntuName },
  wolfi: { type: 'apk', names: 'both', name: () => 'Wolfi' },
};

/**
 * The ecosystem of a distribution's release among those that have advisories; `ecosystems` is empty where it has none.
 * Undefined for a distribution that publishes none in OSV's form, or whose release cannot be told.
 */
export function distributionEcosystem(
  os: OsRelease,
  available: ReadonlySet<string>,
): DistributionEcosystem | undefined {
  const distribution = Object.hasOwn(DISTRIBUTIONS, os.id) ? DISTRIBUTIONS[os.id] : undefined;
  const wanted = distribution?.name(os);
  if (distribution === undefined || wanted === undefined) return undefined;
  const { type, names, vendors, belongs } = distribution;
  const ecosystems = [...available].filter((one) => one === wanted || belongs?.(one, os) === true).toSorted();
  return { type, scheme: type, ecosystems, wanted, names, ...(vendors !== undefined && { vendors }) };
}

const DEBIAN_CODENAMES: Readonly<Record<string, string>> = {
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  sid: 'sid',
};

function debianName(os: OsRelease): string | undefined {
  return numbered('Debian', major(os) ?? DEBIAN_CODENAMES[os.versionCodename ?? '']);
}

/** An even year's April is a long-term release. */
function ubuntuName({ versionId }: OsRelease): string | undefined {
  const release = /^(\d{2})\.(04|10)/.exec(versionId ?? '');
  if (release?.[1] === undefined) return undefined;
  const lts = release[2] === '04' && Number(release[1]) % 2 === 0;
  return `Ubuntu:${release[0]}${lts ? ':LTS' : ''}`;
}

function alpineName({ versionId }: OsRelease): string | undefined {
  // Edge calls itself after the next release: 3.21_alpha20240923.
  if (versionId === undefined || /_alpha|edge/.test(versionId)) return 'Alpine:edge';
  const release = /^\d+\.\d+/.exec(versionId)?.[0];
  return release === undefined ? undefined : `Alpine:v${release}`;
}

function redHatName(os: OsRelease): string | undefined {
  return numbered('Red Hat:enterprise_linux', major(os));
}

/** Red Hat's ecosystems are CPEs; those of extended support have products of their own (`rhel_eus:9.2::…`). */
function isRedHat(ecosystem: string, os: OsRelease): boolean {
  const release = major(os);
  return release !== undefined && new RegExp(`^Red Hat:enterprise_linux:${release}(?::|$)`).test(ecosystem);
}

function leap({ versionId }: OsRelease): string | undefined {
  return versionId === undefined ? undefined : `Leap ${versionId}`;
}

/** `15.5` is called "15 SP5". */
function suseRelease({ versionId }: OsRelease): string | undefined {
  const numbers = /^(\d+)(?:\.(\d+))?$/.exec(versionId ?? '');
  if (numbers?.[1] === undefined) return undefined;
  return numbers[2] === undefined || numbers[2] === '0' ? numbers[1] : `${numbers[1]} SP${numbers[2]}`;
}

function suseName(os: OsRelease): string | undefined {
  const release = suseRelease(os);
  return release === undefined ? undefined : `SUSE:Linux Enterprise Server ${release}`;
}

/** The modules a server is put together from: "Linux Enterprise Module for Basesystem 15 SP5". */
function isSuse(ecosystem: string, os: OsRelease): boolean {
  return ecosystem.startsWith('SUSE:Linux Enterprise ') && ecosystem.endsWith(` ${suseRelease(os) ?? '-'}`);
}

function openEulerName(os: OsRelease): string | undefined {
  const words = /(\d{2}\.\d{2})(?:\s*\((LTS(?:-SP\d+)?)\))?/.exec(os.prettyName ?? os.versionId ?? '');
  if (words?.[1] === undefined) return undefined;
  return `openEuler:${words[1]}${words[2] === undefined ? '' : `-${words[2]}`}`;
}

function major({ versionId }: OsRelease): string | undefined {
  return /^\d+/.exec(versionId ?? '')?.[0];
}

function numbered(name: string, release: string | undefined): string | undefined {
  return release === undefined ? undefined : `${name}:${release}`;
}
