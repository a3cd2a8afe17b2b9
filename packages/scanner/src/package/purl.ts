import { PackageURL } from 'packageurl-js';

import type { OsRelease } from './os-release.ts';
import { PACKAGE_TYPES, type Package, type PackageType, type SourcePackage } from './package.ts';

/** Types whose packages belong to a distribution: its id is their namespace. */
const DISTRIBUTION_TYPES: ReadonlySet<PackageType> = new Set(['apk', 'deb', 'rpm']);
/** Where the namespace that purls use is not the id in os-release. */
const NAMESPACE_BY_ID: Readonly<Record<string, string>> = { rhel: 'redhat' };
/** A purl from outside; the longest of ours, with all qualifiers, stay below a tenth. */
const MAX_PURL_LENGTH = 8192;

/** The release a purl's `distro` qualifier names, such as `debian-12`. */
export type PurlDistribution = Pick<OsRelease, 'id' | 'versionId'>;

/**
 * The package URL of a package (purl-spec): for packages of a distribution with the qualifiers `arch`, `distro`, `epoch`
 * (rpm), `upstream` (the source package, as other tools write and read it) and `rpmmod`. Case is kept where the
 * ecosystem keeps it. A Maven artifact whose group nobody knows is `generic`: the type requires a group.
 */
export function toPurl(one: Package, os?: PurlDistribution): string {
  if (DISTRIBUTION_TYPES.has(one.type)) return distributionPurl(one, os);
  const type = one.type === 'maven' && one.namespace === undefined ? 'generic' : one.type;
  return assemble(type, one.namespace, one.name, one.version);
}

function distributionPurl(one: Package, os: PurlDistribution | undefined): string {
  const { epoch, rest } = one.type === 'rpm' ? splitEpoch(one.version) : { epoch: undefined, rest: one.version };
  return assemble(one.type, os && (NAMESPACE_BY_ID[os.id] ?? os.id), one.name, rest, {
    ...(one.arch !== undefined && { arch: one.arch }),
    ...(os !== undefined && { distro: os.versionId === undefined ? os.id : `${os.id}-${os.versionId}` }),
    ...(epoch !== undefined && { epoch }),
    ...(one.source !== undefined && upstreamOf(one, one.source)),
    ...(one.modularity !== undefined && { rpmmod: one.modularity }),
  });
}

function upstreamOf(one: Package, source: SourcePackage): { readonly upstream?: string } {
  if (source.name === one.name && (source.version ?? one.version) === one.version) return {};
  if (one.type === 'rpm') {
    return { upstream: source.version === undefined ? source.name : `${source.name}-${source.version}.src.rpm` };
  }
  const same = source.version === undefined || source.version === one.version;
  return { upstream: same ? source.name : `${source.name}@${source.version}` };
}

function splitEpoch(version: string): { readonly epoch?: string; readonly rest: string } {
  const match = /^(\d+):(.+)$/.exec(version);
  return match?.[1] === undefined || match[2] === undefined ? { rest: version } : { epoch: match[1], rest: match[2] };
}

function assemble(
  type: string,
  namespace: string | undefined,
  name: string,
  version: string,
  qualifiers: Readonly<Record<string, string>> = {},
): string {
  try {
    return new PackageURL(type, namespace, name, version, qualifiers, undefined).toString();
  } catch {
    // The library refuses what some ecosystems have (a Go version such as `v1`); an identifier is still needed.
    const path = [...(namespace?.split('/') ?? []), name].filter((part) => part !== '').map(encode);
    return `pkg:${type}/${path.join('/')}@${encode(version)}`;
  }
}

/** Halves of characters, which nothing can encode, become U+FFFD. */
function encode(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

export type ParsedPurl =
  | { readonly ok: true; readonly package: Package; readonly distribution?: PurlDistribution }
  /** `unsupported`: a purl of a type that is not read; `unversioned`: it names no version. */
  | { readonly ok: false; readonly problem: 'malformed' | 'unsupported' | 'unversioned'; readonly message: string };

/** Reads a package URL, also as other tools write them: the inverse of `toPurl`. */
export function parsePurl(text: string): ParsedPurl {
  const url = decoded(text);
  if (url === undefined) return failure('malformed', text, 'is no package URL');
  const type = PACKAGE_TYPES.find((known) => known === url.type);
  if (type === undefined) return failure('unsupported', text, 'has a type that is not read');
  const version = url.version ?? '';
  if (version === '') return failure('unversioned', text, 'names no version');

  const qualifiers = new Map(Object.entries(url.qualifiers ?? {}));
  const isDistribution = DISTRIBUTION_TYPES.has(type);
  const full = withEpoch(type, version, qualifiers.get('epoch'));
  const arch = qualifiers.get('arch');
  const modularity = qualifiers.get('rpmmod') ?? qualifiers.get('modularitylabel');
  const distribution = isDistribution ? distributionOf(qualifiers.get('distro'), url.namespace) : undefined;
  return {
    ok: true,
    package: {
      type,
      ...(!isDistribution && url.namespace !== undefined && url.namespace !== '' && { namespace: url.namespace }),
      name: url.name,
      version: full,
      ...(arch !== undefined && { arch }),
      ...(isDistribution && sourceField(type, qualifiers.get('upstream'), url.name, full)),
      ...(modularity !== undefined && { modularity }),
    },
    ...(distribution !== undefined && { distribution }),
  };
}

interface DecodedPurl {
  readonly type: string;
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

function decoded(text: string): DecodedPurl | undefined {
  if (text.length > MAX_PURL_LENGTH) return undefined;
  try {
    const url = PackageURL.fromString(text);
    return {
      type: url.type,
      name: url.name,
      ...(url.namespace != null && { namespace: url.namespace }),
      ...(url.version != null && { version: url.version }),
      ...(url.qualifiers != null && { qualifiers: url.qualifiers }),
    };
  } catch {
    return undefined;
  }
}

function withEpoch(type: PackageType, version: string, epoch: string | undefined): string {
  const add = type === 'rpm' && epoch !== undefined && /^\d+$/.test(epoch) && !/^\d+:/.test(version);
  return add ? `${epoch}:${version}` : version;
}

/** `debian-12`, `rhel-8.4`, `opensuse-leap-15.5`: the version begins after the last dash that a digit follows. */
function distributionOf(distro: string | undefined, namespace: string | undefined): PurlDistribution | undefined {
  if (distro !== undefined) {
    const match = /^(.+?)-(\d[\w.+-]*)$/.exec(distro);
    const id = (match?.[1] ?? distro).toLowerCase();
    return match?.[2] === undefined ? { id } : { id, versionId: match[2] };
  }
  if (namespace === undefined || namespace === '') return undefined;
  return { id: namespace === NAMESPACE_BY_ID.rhel ? 'rhel' : namespace.toLowerCase() };
}

function sourceField(
  type: PackageType,
  upstream: string | undefined,
  name: string,
  version: string,
): { readonly source?: SourcePackage } {
  if (upstream === undefined) return { source: { name, version } };
  if (type === 'rpm') {
    const source = parseSourceRpm(upstream);
    return { source: source ?? { name: upstream } };
  }
  const at = upstream.indexOf('@');
  if (at <= 0) return { source: { name: upstream, version } };
  return { source: { name: upstream.slice(0, at), version: upstream.slice(at + 1) } };
}

/** `acl-2.2.53-1.el8.src.rpm` as name and version; the file's name carries no epoch. */
export function parseSourceRpm(fileName: string): SourcePackage | undefined {
  const match = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(fileName);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { name: match[1], version: match[2] };
}

function failure(problem: Extract<ParsedPurl, { ok: false }>['problem'], text: string, why: string): ParsedPurl {
  return { ok: false, problem, message: `"${text.slice(0, 200)}" ${why}` };
}
