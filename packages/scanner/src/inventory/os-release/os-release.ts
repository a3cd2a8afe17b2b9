import type { OsRelease } from '../../package/os-release.ts';
import { isField } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { baseName } from '../reading/paths.ts';
import { linesOf, textOf } from '../reading/text.ts';
import { parseReleaseLine } from './release-line.ts';

/** Real ones have less than 2 KiB. */
const MAX_BYTES = 64 * 1024;
const OS_RELEASE = /^(?:etc\/os-release|usr\/lib\/os-release|usr\/lib\/os\.release\.d\/os-release-[^/]+)$/;

/**
 * The files that name a distribution: os-release(5), and lsb-release, alpine-release, debian_version and
 * redhat-release for what is older than it. Which of them counts is decided by `chooseOsRelease`.
 */
export const osReleaseReader = wholeFileReader({
  id: 'os-release',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => OS_RELEASE.test(path) || path in FALLBACKS,
  read(content, found, file) {
    const text = textOf(content);
    const release = OS_RELEASE.test(file.path) ? parseOsRelease(text) : FALLBACKS[file.path]?.(text);
    if (release !== undefined) found.release(release);
    else if (text.trim() !== '') found.gap('corrupt', `${baseName(file.path)} names no distribution`);
  },
});

const FALLBACKS: Readonly<Record<string, (text: string) => OsRelease | undefined>> = {
  'etc/lsb-release': parseLsbRelease,
  'etc/alpine-release': (text) => versioned('alpine', /^(\d+\.\d+(?:\.\d+)?)\S*$/.exec(text.trim())?.[1]),
  'etc/debian_version': parseDebianVersion,
  'etc/redhat-release': parseReleaseLine,
  'etc/centos-release': parseReleaseLine,
  'etc/system-release': parseReleaseLine,
  'etc/oracle-release': parseReleaseLine,
  'etc/photon-release': parseReleaseLine,
  'etc/SuSE-release': parseReleaseLine,
};

/** Reads os-release(5). Without an ID it is `linux`, as the norm says. */
export function parseOsRelease(text: string): OsRelease | undefined {
  const values = assignments(text);
  if (values.size === 0) return undefined;
  return releaseOf(values.get('ID') ?? 'linux', {
    idLike: values.get('ID_LIKE'),
    versionId: values.get('VERSION_ID'),
    versionCodename: values.get('VERSION_CODENAME') ?? values.get('UBUNTU_CODENAME'),
    prettyName: values.get('PRETTY_NAME'),
    cpeName: values.get('CPE_NAME'),
  });
}

function parseLsbRelease(text: string): OsRelease | undefined {
  const values = assignments(text);
  const id = values.get('DISTRIB_ID');
  if (id === undefined || id === '') return undefined;
  return releaseOf(id, {
    versionId: values.get('DISTRIB_RELEASE'),
    versionCodename: values.get('DISTRIB_CODENAME'),
    prettyName: values.get('DISTRIB_DESCRIPTION'),
  });
}

/** `12.5`, or a code name such as `trixie/sid` before a release: then there is no version. */
function parseDebianVersion(text: string): OsRelease | undefined {
  const word = text.trim();
  const version = /^(\d+)(?:\.\d+)*$/.exec(word)?.[1];
  if (version !== undefined) return versioned('debian', version);
  const codename = /^([a-z]+)\/sid$/.exec(word)?.[1];
  return codename === undefined ? undefined : releaseOf('debian', { versionCodename: codename });
}

function versioned(id: string, versionId: string | undefined): OsRelease | undefined {
  return versionId === undefined ? undefined : releaseOf(id, { versionId });
}

interface ReleaseFields {
  readonly idLike?: string | undefined;
  readonly versionId?: string | undefined;
  readonly versionCodename?: string | undefined;
  readonly prettyName?: string | undefined;
  readonly cpeName?: string | undefined;
}

function releaseOf(id: string, fields: ReleaseFields): OsRelease | undefined {
  if (!isField(id)) return undefined;
  const { versionId, versionCodename, prettyName, cpeName } = fields;
  return {
    id: id.trim().toLowerCase(),
    idLike: (fields.idLike ?? '').toLowerCase().split(/\s+/).filter(isField),
    ...(given(versionId) && { versionId }),
    ...(given(versionCodename) && { versionCodename }),
    ...(given(prettyName) && { prettyName }),
    ...(given(cpeName) && { cpeName }),
  };
}

function given(value: string | undefined): value is string {
  return value !== undefined && isField(value);
}

/** Shell assignments without expansion: `A=b`, `A="b c"`, `A='b'`, with backslash escapes inside double quotes. */
function assignments(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/s.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquoted(match[2].trim()));
  }
  return values;
}

function unquoted(value: string): string {
  const quote = value[0];
  if (quote === "'" && value.endsWith("'") && value.length > 1) return value.slice(1, -1);
  const inner = quote === '"' && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  return inner.replace(/\\(["\\$`])/g, '$1').trim();
}
