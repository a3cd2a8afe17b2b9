import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { dpkgFilesReader } from './dpkg-files.ts';

const LIST =
  '/.\n/usr\n/usr/lib\n/usr/lib/python3\n/usr/lib/python3/six.py\n/usr/lib/python3-doc\n/usr/bin\n/usr/bin/six\n';

describe('dpkgFilesReader', () => {
  it('says which files a package owns, without the folders that hold them', () => {
    expect(read(dpkgFilesReader, 'var/lib/dpkg/info/python3-six.list', LIST).owned).toEqual(
      new Map([['python3-six', ['usr/lib/python3/six.py', 'usr/lib/python3-doc', 'usr/bin/six']]]),
    );
  });

  it('takes the architecture off the name of the list', () => {
    expect([...read(dpkgFilesReader, 'var/lib/dpkg/info/zlib1g:amd64.list', LIST).owned.keys()]).toEqual(['zlib1g']);
  });

  it('reads the digests of distroless images', () => {
    const text = `${'a'.repeat(32)}  ./usr/share/doc/x\n${'b'.repeat(32)}  usr/lib/os-release\nnonsense\n`;

    expect(read(dpkgFilesReader, 'var/lib/dpkg/status.d/base.md5sums', text).owned).toEqual(
      new Map([['base', ['usr/share/doc/x', 'usr/lib/os-release']]]),
    );
  });

  it('wants lists and no other information', () => {
    expect(dpkgFilesReader.wants(entry('var/lib/dpkg/info/zlib1g.postinst'))).toBe(false);
    expect(dpkgFilesReader.wants(entry('var/lib/dpkg/info/format'))).toBe(false);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(dpkgFilesReader, 'var/lib/dpkg/info/python3-six.list', [LIST])).toEqual([]);
  });
});
