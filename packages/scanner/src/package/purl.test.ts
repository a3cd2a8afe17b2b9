import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PACKAGE_TYPES, type Package } from './package.ts';
import { parsePurl, parseSourceRpm, toPurl } from './purl.ts';

const NAMESPACED = new Set(['composer', 'golang', 'maven', 'npm', 'swift']);
const DEBIAN = { id: 'debian', versionId: '12' };

describe('toPurl', () => {
  it.each<[Package, string]>([
    [{ type: 'npm', namespace: '@babel', name: 'core', version: '7.0.0' }, 'pkg:npm/%40babel/core@7.0.0'],
    [{ type: 'pypi', name: 'Foo_Bar', version: '1.0' }, 'pkg:pypi/foo-bar@1.0'],
    [
      { type: 'golang', namespace: 'github.com/Azure', name: 'sdk', version: 'v1.0.0' },
      'pkg:golang/github.com/Azure/sdk@v1.0.0',
    ],
    [{ type: 'golang', name: 'odd', version: 'v1' }, 'pkg:golang/odd@v1'],
    [{ type: 'maven', namespace: 'org.a', name: 'b', version: '2' }, 'pkg:maven/org.a/b@2'],
    [{ type: 'maven', name: 'unknown-group', version: '2' }, 'pkg:generic/unknown-group@2'],
  ])('writes %j', (one, purl) => {
    expect(toPurl(one)).toBe(purl);
  });

  it('says distribution, architecture and source of a Debian package', () => {
    const one: Package = {
      type: 'deb',
      name: 'gcc-12-base',
      version: '12.2.0-14+b1',
      arch: 'amd64',
      source: { name: 'gcc-12', version: '12.2.0-14' },
    };

    expect(toPurl(one, DEBIAN)).toBe(
      'pkg:deb/debian/gcc-12-base@12.2.0-14+b1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14',
    );
  });

  it('moves the epoch of an RPM package into its qualifier and keeps the module', () => {
    const one: Package = {
      type: 'rpm',
      name: 'perl-Errno',
      version: '0:1.28-419.el8',
      arch: 'x86_64',
      source: { name: 'perl', version: '5.26.3-419.el8' },
      modularity: 'perl:5.26:820:abc',
    };

    expect(toPurl(one, { id: 'rhel', versionId: '8.4' })).toBe(
      'pkg:rpm/redhat/perl-Errno@1.28-419.el8?arch=x86_64&distro=rhel-8.4&epoch=0&rpmmod=perl%3A5.26%3A820%3Aabc&upstream=perl-5.26.3-419.el8.src.rpm',
    );
  });
});

describe('parsePurl', () => {
  it('reads what syft writes', () => {
    expect(
      parsePurl(
        'pkg:rpm/redhat/acl@2.2.53-1.el8?arch=x86_64&epoch=0&upstream=acl-2.2.53-1.el8.src.rpm&distro=rhel-8.4',
      ),
    ).toEqual({
      ok: true,
      package: {
        type: 'rpm',
        name: 'acl',
        version: '0:2.2.53-1.el8',
        arch: 'x86_64',
        source: { name: 'acl', version: '2.2.53-1.el8' },
      },
      distribution: { id: 'rhel', versionId: '8.4' },
    });
  });

  it('takes the distribution from the namespace where there is no qualifier', () => {
    expect(parsePurl('pkg:apk/alpine/musl@1.2.4-r2')).toMatchObject({ distribution: { id: 'alpine' } });
    expect(parsePurl('pkg:rpm/opensuse/a@1-1?distro=opensuse-leap-15.5')).toMatchObject({
      distribution: { id: 'opensuse-leap', versionId: '15.5' },
    });
  });

  it.each([
    ['nonsense', 'malformed'],
    ['pkg:deb/debian/x', 'unversioned'],
    ['pkg:oci/x@sha256:1', 'unsupported'],
    [`pkg:npm/${'a'.repeat(10_000)}@1`, 'malformed'],
  ])('says what is wrong with %.20s', (text, problem) => {
    expect(parsePurl(text)).toMatchObject({ ok: false, problem });
  });

  it('reads back what toPurl writes', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9.]{0,8}[a-z0-9]$/);
    const plain = fc.stringMatching(/^[a-z][a-z0-9]{0,8}[a-z0-9]$/);
    const version = fc.stringMatching(/^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-[0-9]{1,2})?$/);
    const packages = fc.record({ type: fc.constantFrom(...PACKAGE_TYPES), group: word, name: plain, version });
    fc.assert(
      fc.property(packages, ({ type, group, name, version: written }) => {
        const isDistribution = type === 'deb' || type === 'rpm' || type === 'apk';
        const one: Package = isDistribution
          ? { type, name, version: written, arch: 'amd64', source: { name: group, version: '1.0-1' } }
          : { type, ...(NAMESPACED.has(type) && { namespace: group }), name, version: written };

        expect(parsePurl(toPurl(one, DEBIAN))).toMatchObject({
          ok: true,
          package: one,
          ...(isDistribution && { distribution: DEBIAN }),
        });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `pkg:${text}`),
        ),
        (text) => {
          expect(typeof parsePurl(text).ok).toBe('boolean');
        },
      ),
    );
  });
});

describe('parseSourceRpm', () => {
  it('takes name and version apart at the last two dashes', () => {
    expect(parseSourceRpm('java-1.8.0-openjdk-1.8.0.392.b08-4.el8.src.rpm')).toEqual({
      name: 'java-1.8.0-openjdk',
      version: '1.8.0.392.b08-4.el8',
    });
    expect(parseSourceRpm('kernel-5.14.0-1.nosrc.rpm')).toEqual({ name: 'kernel', version: '5.14.0-1' });
    expect(parseSourceRpm('(none)')).toBeUndefined();
  });
});
