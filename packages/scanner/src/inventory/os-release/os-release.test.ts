import { describe, expect, it } from 'vitest';

import { chooseOsRelease, type OsRelease } from '../../package/os-release.ts';
import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { osReleaseReader } from './os-release.ts';

const UBUNTU = `PRETTY_NAME="Ubuntu 22.04.3 LTS"
NAME="Ubuntu"
VERSION_ID="22.04"
VERSION_CODENAME=jammy
ID=ubuntu
ID_LIKE=debian
`;

describe('osReleaseReader', () => {
  it('reads quoted and plain assignments', () => {
    expect(release('etc/os-release', UBUNTU)).toEqual({
      id: 'ubuntu',
      idLike: ['debian'],
      versionId: '22.04',
      versionCodename: 'jammy',
      prettyName: 'Ubuntu 22.04.3 LTS',
    });
  });

  it('reads single quotes, escapes, comments, spaces and a byte order mark', () => {
    const text = '\uFEFF# hello\n ID=\'Alma"Linux\'\r\nPRETTY_NAME="a \\"b\\" \\$c"\nID_LIKE="rhel  centos fedora"\n';

    expect(release('usr/lib/os-release', text)).toEqual({
      id: 'alma"linux',
      idLike: ['rhel', 'centos', 'fedora'],
      prettyName: 'a "b" $c',
    });
  });

  it('has no version for a rolling distribution', () => {
    expect(release('etc/os-release', 'ID=arch\nBUILD_ID=rolling\n')).toEqual({ id: 'arch', idLike: [] });
  });

  it.each([
    ['etc/alpine-release', '3.19.1\n', 'alpine', '3.19.1'],
    ['etc/alpine-release', '3.21.0_alpha20240807\n', 'alpine', '3.21.0'],
    ['etc/debian_version', '11.7\n', 'debian', '11'],
    ['etc/debian_version', 'trixie/sid\n', 'debian', undefined],
    ['etc/redhat-release', 'CentOS release 6.10 (Final)\n', 'centos', '6.10'],
    ['etc/redhat-release', 'Red Hat Enterprise Linux Server release 7.9 (Maipo)\n', 'rhel', '7.9'],
    ['etc/redhat-release', 'AlmaLinux release 8.9 (Midnight Oncilla)\n', 'almalinux', '8.9'],
    ['etc/redhat-release', 'Fedora release 39 (Thirty Nine)\n', 'fedora', '39'],
    ['etc/oracle-release', 'Oracle Linux Server release 5.11\n', 'ol', '5.11'],
    ['etc/system-release', 'Amazon Linux release 2 (Karoo)\n', 'amzn', '2'],
    ['etc/SuSE-release', 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n', 'sles', '11'],
    ['etc/photon-release', 'VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n', 'photon', undefined],
    ['etc/lsb-release', 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n', 'ubuntu', '14.04'],
  ])('reads %s: %j', (path, text, id, versionId) => {
    expect(release(path, text)).toMatchObject({ id, ...(versionId !== undefined && { versionId }) });
    expect(release(path, text)?.versionId).toBe(versionId);
  });

  it('says so when a file that must name a distribution does not', () => {
    expect(read(osReleaseReader, 'etc/redhat-release', 'Somebody Else 3').gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it('does not want other files or links of the same name', () => {
    expect(osReleaseReader.wants({ path: 'opt/etc/os-release', size: 1, mode: 0, kind: 'file' })).toBe(false);
    expect(osReleaseReader.wants({ path: 'etc/os-release', size: 0, mode: 0, kind: 'symlink' })).toBe(false);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(osReleaseReader, 'etc/os-release', [UBUNTU])).toEqual([]);
    expect(hostileFailures(osReleaseReader, 'etc/redhat-release', ['CentOS release 6.10 (Final)'])).toEqual([]);
  });
});

describe('chooseOsRelease', () => {
  const sid: OsRelease = { id: 'debian', idLike: [] };

  it('believes os-release and completes it from files that name the same distribution', () => {
    const chosen = chooseOsRelease([
      { path: 'etc/debian_version', release: { id: 'debian', idLike: [], versionCodename: 'trixie' } },
      { path: 'etc/os-release', release: sid },
    ]);

    expect(chosen).toEqual({ id: 'debian', idLike: [], versionCodename: 'trixie' });
  });

  it('does not mix distributions: a derivative keeps what it says', () => {
    const chosen = chooseOsRelease([
      { path: 'usr/lib/os-release', release: { id: 'kali', idLike: ['debian'] } },
      { path: 'etc/debian_version', release: { id: 'debian', idLike: [], versionId: '12' } },
    ]);

    expect(chosen).toEqual({ id: 'kali', idLike: ['debian'] });
  });

  it('is undefined where no file names one', () => {
    expect(chooseOsRelease([])).toBeUndefined();
  });
});

function release(path: string, text: string): OsRelease | undefined {
  const fact = read(osReleaseReader, path, text).facts[0];
  return fact?.kind === 'os-release' ? fact.release : undefined;
}
