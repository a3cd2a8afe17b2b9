import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { dpkgReader } from './dpkg.ts';

const STATUS = `Package: libc6
Status: install ok installed
Priority: optional
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u4
Description: GNU C Library
 Version: 0.not-a-field
 .
 Package: nor-this

Package: gcc-12-base
Status: hold ok installed
Architecture: amd64
Source: gcc-12 (12.2.0-14)
Version: 12.2.0-14+b1

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0

Package: half
Status: install reinstreq half-configured
Architecture: all
Version: 1:2.0~rc1
Origin: Example
`;

describe('dpkgReader', () => {
  it('reads name, version, architecture and the source package with its own version', () => {
    expect(read(dpkgReader, 'var/lib/dpkg/status', STATUS).packages).toEqual([
      {
        type: 'deb',
        name: 'libc6',
        version: '2.36-9+deb12u4',
        arch: 'amd64',
        source: { name: 'glibc', version: '2.36-9+deb12u4' },
      },
      {
        type: 'deb',
        name: 'gcc-12-base',
        version: '12.2.0-14+b1',
        arch: 'amd64',
        source: { name: 'gcc-12', version: '12.2.0-14' },
      },
      {
        type: 'deb',
        name: 'half',
        version: '1:2.0~rc1',
        arch: 'all',
        source: { name: 'half', version: '1:2.0~rc1' },
        vendor: 'Example',
      },
    ]);
  });

  it('reads a distroless paragraph, which has no status', () => {
    const text = 'Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\nDescription: x\n';

    expect(read(dpkgReader, 'var/lib/dpkg/status.d/tzdata', text).names).toEqual(['tzdata 2024a-0+deb12u1']);
  });

  it('wants the database and nothing beside it', () => {
    expect(dpkgReader.wants(entry('var/lib/dpkg/status.d/base'))).toBe(true);
    expect(dpkgReader.wants(entry('var/lib/dpkg/status.d/base.md5sums'))).toBe(false);
    expect(dpkgReader.wants(entry('var/lib/dpkg/status-old'))).toBe(false);
  });

  it('counts paragraphs that are no packages and keeps the others', () => {
    const result = read(
      dpkgReader,
      'var/lib/dpkg/status',
      `Package: nothing\nStatus: install ok installed\n\n${STATUS}`,
    );

    expect(result.packages).toHaveLength(3);
    expect(result.gaps).toMatchObject([{ code: 'corrupt', message: '1 entry is not well formed' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(dpkgReader, 'var/lib/dpkg/status', [STATUS])).toEqual([]);
  });

  const database = '/var/lib/dpkg/status';
  it.skipIf(!isDebian(database))('lists exactly what dpkg-query lists on this machine', () => {
    const query = execFileSync(
      'dpkg-query',
      [
        '-W',
        '-f',
        '${db:Status-Status} ${binary:Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n',
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const expected = query
      .split('\n')
      .filter((line) => line !== '' && !/^(?:not-installed|config-files) /.test(line))
      .map((line) => line.replace(/^\S+ ([^ :]+)(?::\S+)? /, '$1 '));

    const result = read(dpkgReader, 'var/lib/dpkg/status', readFileSync(database));

    const listed = result.packages.map(
      ({ name, version, arch, source }) => `${name} ${version} ${arch} ${source?.name} ${source?.version}`,
    );
    expect(listed.toSorted()).toEqual(expected.toSorted());
    expect(listed.length).toBeGreaterThan(50);
    expect(result.gaps).toEqual([]);
  });
});

function isDebian(database: string): boolean {
  if (existsSync(database) && existsSync('/usr/bin/dpkg-query')) return true;
  process.stderr.write(`skipped: ${database} is absent\n`);
  return false;
}
