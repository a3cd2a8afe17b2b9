import { describe, expect, it } from 'vitest';
import type { VulnerabilityFinding } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';
import { type MatchResult, matchInventory } from './match-inventory.ts';
import {
  advisoryAbout,
  fixedIn,
  located,
  type MemorySourceParts,
  memorySource,
  together,
} from './test-support/memory-source.ts';

const NOW = Date.parse('2026-11-25');
const DEBIAN = { id: 'debian', idLike: [], versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' };
const ALMA = { id: 'almalinux', idLike: ['rhel'], versionId: '8.10' };
const ROCKY = { id: 'rocky', idLike: ['rhel'], versionId: '8.10' };
const ALPINE = { id: 'alpine', idLike: [], versionId: '3.23.1' };

describe('source packages', () => {
  it("match Debian's advisories by the source's name and version, which may differ from the binary's", () => {
    const parts = advisoryAbout('DEBIAN-CVE-2026-1', {
      ecosystem: 'Debian:12',
      name: 'gcc-12',
      ranges: fixedIn('12.2.0-15'),
    });
    const one = located({
      type: 'deb',
      name: 'gcc-12-base',
      version: '12.2.0-15+b1',
      source: { name: 'gcc-12', version: '12.2.0-14' },
    });

    const [finding] = match({ os: DEBIAN, packages: [one] }, parts).findings;

    expect(finding?.explanation).toEqual({
      matchedName: 'gcc-12',
      by: 'source',
      installedVersion: '12.2.0-15+b1',
      comparedVersion: '12.2.0-14',
      scheme: 'deb',
      ecosystem: 'Debian:12',
      range: '< 12.2.0-15',
    });
  });

  it("match Alpine's by the origin", () => {
    const parts = advisoryAbout('ALPINE-CVE-2026-2', {
      ecosystem: 'Alpine:v3.23',
      name: 'openssl',
      ranges: fixedIn('3.5.2-r0'),
    });
    const one = located({
      type: 'apk',
      name: 'libcrypto3',
      version: '3.5.1-r0',
      source: { name: 'openssl', version: '3.5.1-r0' },
    });

    expect(idsOf(match({ os: ALPINE, packages: [one] }, parts))).toEqual(['ALPINE-CVE-2026-2']);
  });

  it('ignore the epoch on both sides for RPM, since a source package has none in its name', () => {
    const parts = advisoryAbout('RLSA-2026:1', {
      ecosystem: 'Rocky Linux:8',
      name: 'perl',
      ranges: fixedIn('4:5.26.3-419.el8'),
    });
    const errno = (source: string): ReturnType<typeof located> =>
      located({
        type: 'rpm',
        name: 'perl-Errno',
        version: '0:1.28-419.el8_4.1',
        source: { name: 'perl', version: source },
      });

    const fixed = match({ os: ROCKY, packages: [errno('5.26.3-419.el8_4.1')] }, parts);
    const older = match({ os: ROCKY, packages: [errno('5.26.3-418.el8')] }, parts);

    expect(fixed.findings).toEqual([]);
    expect(older.findings[0]?.explanation.epochRule).toBe('ignored-on-both-sides');
  });

  it('keep the epoch where the binary has the name and version of its source', () => {
    const parts = advisoryAbout('RLSA-2026:2', {
      ecosystem: 'Rocky Linux:8',
      name: 'bind',
      ranges: fixedIn('32:9.11.36-11.el8'),
    });
    const one = located({
      type: 'rpm',
      name: 'bind',
      version: '32:9.11.36-10.el8',
      source: { name: 'bind', version: '9.11.36-10.el8' },
    });

    expect(match({ os: ROCKY, packages: [one] }, parts).findings).toHaveLength(1);
  });
});

describe('RPM', () => {
  it('takes a missing epoch for zero when the binary is matched', () => {
    const parts = advisoryAbout('ALSA-2026:1', { ecosystem: 'AlmaLinux:8', name: 'acl', ranges: fixedIn('1:1.0-1') });
    const one = located({ type: 'rpm', name: 'acl', version: '9.0-1', source: { name: 'acl', version: '9.0-1' } });

    expect(match({ os: ALMA, packages: [one] }, parts).findings[0]?.explanation).toMatchObject({
      by: 'binary',
      epochRule: 'missing-is-zero',
    });
  });

  it.each`
    streams          | modularity              | version                        | matches
    ${['nodejs:18']} | ${'nodejs:18:8100:abc'} | ${'1:18.1-1.module_el8+1+aaa'} | ${true}
    ${['nodejs:18']} | ${'nodejs:16:8100:abc'} | ${'1:16.1-1.module_el8+1+aaa'} | ${false}
    ${['nodejs:18']} | ${undefined}            | ${'1:10.1-1.el8'}              | ${false}
    ${[]}            | ${'nodejs:18:8100:abc'} | ${'1:18.1-1.module_el8+1+aaa'} | ${true}
    ${undefined}     | ${'nodejs:18:8100:abc'} | ${'1:18.1-1.module_el8+1+aaa'} | ${true}
    ${undefined}     | ${undefined}            | ${'1:18.1-1.el8'}              | ${false}
    ${['nodejs:18']} | ${undefined}            | ${'1:18.1-1.module_el8+1+aaa'} | ${true}
  `('holds an advisory about $streams against a package of $modularity, $version: $matches', (row) => {
    const { streams, modularity, version, matches } = row as {
      streams: string[] | undefined;
      modularity: string | undefined;
      version: string;
      matches: boolean;
    };
    const parts = advisoryAbout('ALSA-2026:2', {
      ecosystem: 'AlmaLinux:8',
      name: 'nodejs',
      ranges: fixedIn('1:18.9-1.module_el8.10.0+3864+d8eec553'),
      ...(streams !== undefined && { qualifiers: { modularity: streams } }),
    });
    const one = located({ type: 'rpm', name: 'nodejs', version, ...(modularity !== undefined && { modularity }) });

    expect(match({ os: ALMA, packages: [one] }, parts).findings.length > 0).toBe(matches);
  });

  it('leaves builds of others alone and says so', () => {
    const parts = advisoryAbout('ALSA-2026:3', { ecosystem: 'AlmaLinux:8', name: 'htop', ranges: fixedIn('9-1.el8') });
    const one = located({ type: 'rpm', name: 'htop', version: '3.0-1.el8', vendor: 'Fedora Project' });

    const result = match({ os: ALMA, packages: [one] }, parts);

    expect(result.findings).toEqual([]);
    expect(result.gaps).toEqual([
      {
        code: 'no-advisories',
        message: 'built by Fedora Project, of whom the advisories of AlmaLinux:8 do not speak: htop',
      },
    ]);
  });
});

describe('names', () => {
  it('gives one finding for each CVE of an erratum, from the advisory whose fix is nearest', () => {
    const about = (id: string, fixed: string, aliases: string[]): MemorySourceParts =>
      advisoryAbout(id, { ecosystem: 'AlmaLinux:8', name: 'curl', ranges: fixedIn(fixed) }, { aliases });
    const parts = together(
      about('ALSA-2026:9', '7.61-9', ['CVE-2026-1', 'CVE-2026-2']),
      about('ALSA-2026:5', '7.61-5', ['CVE-2026-1']),
    );

    const { findings } = match(
      { os: ALMA, packages: [located({ type: 'rpm', name: 'curl', version: '7.61-1' })] },
      parts,
    );

    expect(findings.map(({ id, advisory, fixedVersions }) => ({ id, advisory, fixedVersions }))).toEqual([
      { id: 'CVE-2026-1', advisory: 'ALSA-2026:5', fixedVersions: ['7.61-5', '7.61-9'] },
      { id: 'CVE-2026-2', advisory: 'ALSA-2026:9', fixedVersions: ['7.61-9'] },
    ]);
  });

  it('gives one finding for the records of two databases about one CVE', () => {
    const about = (id: string, severity: 'low' | 'high'): MemorySourceParts =>
      advisoryAbout(
        id,
        { ecosystem: 'npm', name: 'lodash', ranges: fixedIn('4.17.21') },
        { aliases: ['CVE-2026-3'], severity },
      );
    const parts = together(about('GHSA-aaaa', 'low'), about('OSV-2026-1', 'high'));

    const { findings } = match({ packages: [located({ type: 'npm', name: 'lodash', version: '4.17.0' })] }, parts);

    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      id: 'CVE-2026-3',
      severity: 'high',
      aliases: ['GHSA-aaaa', 'OSV-2026-1'],
      status: 'fixed',
    });
  });

  it.each`
    type        | namespace             | name              | ecosystem  | written
    ${'npm'}    | ${'@babel'}           | ${'core'}         | ${'npm'}   | ${'@babel/core'}
    ${'maven'}  | ${'org.apache.log4j'} | ${'log4j-core'}   | ${'Maven'} | ${'org.apache.log4j:log4j-core'}
    ${'pypi'}   | ${undefined}          | ${'Foo_Bar.baz'}  | ${'PyPI'}  | ${'foo-bar-baz'}
    ${'golang'} | ${'github.com/a'}     | ${'B'}            | ${'Go'}    | ${'github.com/a/B'}
    ${'nuget'}  | ${undefined}          | ${'Newtonsoft.J'} | ${'NuGet'} | ${'newtonsoft.j'}
  `('looks $type $namespace $name up as $written', ({ type, namespace, name, ecosystem, written }) => {
    const parts = advisoryAbout('GHSA-1', { ecosystem, name: written, ranges: fixedIn('2.0.0') });
    const one = located({ type, name, version: '1.0.0', ...(namespace && { namespace }) });

    expect(match({ packages: [one] }, parts).findings).toHaveLength(1);
  });

  it('reads the version of a gem that is built for one platform', () => {
    const parts = advisoryAbout('GHSA-2', { ecosystem: 'RubyGems', name: 'nokogiri', ranges: fixedIn('1.13.0') });

    expect(
      match({ packages: [located({ type: 'gem', name: 'nokogiri', version: '1.13.0-x86_64-linux' })] }, parts).findings,
    ).toEqual([]);
  });
});

describe('what does not count', () => {
  it.each([
    ['withdrawn', { withdrawn: '2026-01-01T00:00:00Z' }],
    ['not about security', { security: false }],
  ])('is an advisory that is %s', (_, over) => {
    const parts = advisoryAbout('ALBA-2026:1', { ecosystem: 'AlmaLinux:8', name: 'a', ranges: fixedIn('2') }, over);

    expect(match({ os: ALMA, packages: [located({ type: 'rpm', name: 'a', version: '1' })] }, parts)).toMatchObject({
      findings: [],
      gaps: [],
    });
  });

  it.each`
    name                           | running             | reason
    ${'linux-libc-dev'}            | ${undefined}        | ${/headers/}
    ${'linux-image-6.1.0-9-amd64'} | ${undefined}        | ${/host/}
    ${'linux-image-6.1.0-9-amd64'} | ${'6.1.0-10-amd64'} | ${/running kernel is 6.1.0-10-amd64/}
    ${'linux-image-6.1.0-9-amd64'} | ${'6.1.0-9-amd64'}  | ${undefined}
  `('is a kernel that does not run: $name where $running runs', ({ name, running, reason }) => {
    const parts = advisoryAbout('DEBIAN-CVE-2026-4', {
      ecosystem: 'Debian:12',
      name: 'linux',
      ranges: fixedIn('6.1.100-1'),
    });
    const one = located({ type: 'deb', name, version: '6.1.27-1', source: { name: 'linux', version: '6.1.27-1' } });

    const [finding] = matchInventory({ os: DEBIAN, packages: [one], ownerByPath: new Map() }, memorySource(parts), {
      now: NOW,
      ...(running && { runningKernel: running }),
    }).findings;

    expect(finding?.suppressed?.reason ?? 'it counts').toMatch((reason as RegExp | undefined) ?? /^it counts$/);
  });
});

describe('files of the distribution', () => {
  const path = 'usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA';
  const owner = located({
    type: 'deb',
    name: 'python3-requests',
    version: '2.28.1+dfsg-1',
    source: { name: 'requests' },
  });
  const language = located({ type: 'pypi', name: 'requests', version: '2.28.1', location: { path } });
  const inventory = {
    os: DEBIAN,
    packages: [owner, language],
    ownerByPath: new Map([[path, { type: 'deb', name: 'python3-requests' }]]),
  };
  const upstream = advisoryAbout(
    'GHSA-j8r2',
    { ecosystem: 'PyPI', name: 'requests', ranges: fixedIn('2.31.0') },
    { aliases: ['CVE-2026-5'] },
  );
  const downstream = (fixed: string): MemorySourceParts =>
    advisoryAbout(
      'DEBIAN-CVE-2026-5',
      { ecosystem: 'Debian:12', name: 'requests', ranges: fixedIn(fixed) },
      { aliases: ['CVE-2026-5'] },
    );

  it('suppress the upstream hit that the distribution has fixed, and show it', () => {
    const { findings } = match(inventory, together(upstream, downstream('2.28.1+dfsg-1')));

    expect(findings).toHaveLength(1);
    expect(findings[0]?.suppressed).toEqual({
      by: 'distribution',
      statement: 'deb package python3-requests 2.28.1+dfsg-1: DEBIAN-CVE-2026-5',
      reason: `the distribution holds python3-requests 2.28.1+dfsg-1, which brought ${path}, as not affected`,
    });
  });

  it('count once where the distribution holds them to be affected', () => {
    const { findings } = match(inventory, together(upstream, downstream('2.28.1+dfsg-2')));

    expect(findings.map(({ package: one, suppressed }) => [one.type, suppressed?.by])).toEqual([
      ['deb', undefined],
      ['pypi', 'distribution'],
    ]);
  });

  it('keep the upstream hit where the distribution says nothing', () => {
    const other = advisoryAbout('DEBIAN-CVE-2026-6', { ecosystem: 'Debian:12', name: 'other', ranges: fixedIn('1') });

    expect(match(inventory, together(upstream, other)).findings[0]?.suppressed).toBeUndefined();
  });
});

describe('gaps', () => {
  it('name the ecosystems that have no advisories', () => {
    const parts = advisoryAbout('GHSA-3', { ecosystem: 'npm', name: 'a', ranges: fixedIn('2.0.0') });
    const packages = [
      located({ type: 'cargo', name: 'serde', version: '1.0.0' }),
      located({ type: 'generic', name: 'thing', version: '1' }),
      located({ type: 'deb', name: 'bash', version: '5.2-1' }),
      located({ type: 'npm', name: 'a', version: 'latest' }),
    ];

    expect(match({ os: DEBIAN, packages }, parts).gaps.map(({ message }) => message)).toEqual([
      'no advisories in the database for Debian:12: bash',
      'no advisories in the database for crates.io: serde',
      'no ecosystem with advisories for packages of type generic: thing',
      'version "latest" has no order in npm (it is not of the form major.minor.patch-prerelease+build): a',
    ]);
  });

  it('name an advisory that the database speaks of and does not have', () => {
    const { affected } = advisoryAbout('GHSA-3', { ecosystem: 'npm', name: 'a', ranges: fixedIn('2.0.0') });
    const packages = [located({ type: 'npm', name: 'a', version: '1.0.0' })];

    const result = match({ packages }, { advisories: [], affected });

    expect(result.findings).toEqual([]);
    expect(result.gaps).toEqual([{ code: 'unresolved', message: 'the database names GHSA-3 and does not have it: a' }]);
  });

  it('are none where a distribution past its end has advisories, and name it where it has none', () => {
    const os = { id: 'debian', idLike: [], versionId: '9', prettyName: 'Debian GNU/Linux 9 (stretch)' };
    const packages = [located({ type: 'deb', name: 'bash', version: '4.4-5' })];
    const about = (ecosystem: string): MemorySourceParts =>
      advisoryAbout('DEBIAN-CVE-2020-1', { ecosystem, name: 'bash', ranges: fixedIn('4.4-6') });

    const known = match({ os, packages }, about('Debian:9'));
    const unknown = match({ os, packages }, about('Debian:12'));

    expect(known).toMatchObject({ endOfLife: { date: '2022-06-30', reached: true }, gaps: [] });
    expect(known.findings).toHaveLength(1);
    expect(unknown).toMatchObject({
      endOfLife: { date: '2022-06-30', reached: true },
      findings: [],
      gaps: [{ code: 'no-advisories', message: 'no advisories in the database for Debian:9: bash' }],
    });
  });
});

describe('risk', () => {
  it('is higher for what is exploited than for what is only severe, and shows its terms', () => {
    const about = (id: string): MemorySourceParts =>
      advisoryAbout(id, { ecosystem: 'npm', name: 'a', ranges: fixedIn('2.0.0') });
    const parts = together(about('CVE-2026-7'), about('CVE-2026-8'), {
      advisories: [],
      affected: [],
      exploited: ['CVE-2026-8'],
      epss: { 'CVE-2026-7': 0.5 },
    });

    const { findings } = match({ packages: [located({ type: 'npm', name: 'a', version: '1.0.0' })] }, parts);

    expect(findings.map(({ id, risk }) => [id, risk.score])).toEqual([
      ['CVE-2026-7', 44],
      ['CVE-2026-8', 88],
    ]);
    expect(findings[0]?.risk.terms).toContainEqual({ name: 'exploitation', value: 0.55 });
  });
});

describe('more findings than may be', () => {
  const parts = together(
    ...[1, 2].map((at) =>
      advisoryAbout(`ALPINE-CVE-2026-${at}`, {
        ecosystem: 'Alpine:v3.23',
        name: 'openssl',
        ranges: fixedIn('3.5.2-r0'),
      }),
    ),
  );
  const packages = [1, 2, 3].map((at) => located({ type: 'apk', name: 'openssl', version: `3.${at}.0-r0` }));
  const inventory = { os: ALPINE, packages, ownerByPath: new Map() };
  const bounded = (maxFindings: number) => () =>
    matchInventory(inventory, memorySource(parts), { now: NOW, maxFindings });

  it('are refused, and as many as may be are not', () => {
    expect(bounded(6)().findings).toHaveLength(6);
    expect(bounded(5)).toThrow(expect.objectContaining({ code: 'TOO_MANY_FINDINGS' }));
  });
});

function match(inventory: Partial<Inventory>, parts: MemorySourceParts): MatchResult {
  return matchInventory({ packages: [], ownerByPath: new Map(), ...inventory }, memorySource(parts), { now: NOW });
}

function idsOf({ findings }: MatchResult): readonly VulnerabilityFinding['id'][] {
  return findings.map(({ id }) => id);
}
