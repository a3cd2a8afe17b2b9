import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { requirementsReader } from './requirements.ts';

const FILE = `# pinned
-r base.txt
--index-url https://example.org/simple
Django==4.2.1  # web
requests[security] == 2.31.0 ; python_version < "4"
flask==2.0.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
legacy===2004d
./mine
git+https://example.org/forked.git#egg=forked
loose>=1.0,<2
wild==1.*
any
direct @ https://example.org/direct-1.0.whl
`;

describe('requirementsReader', () => {
  it('reads what is pinned and says what is not', () => {
    const result = read(requirementsReader, 'requirements.txt', FILE);

    expect(result.names).toEqual(['Django 4.2.1', 'flask 2.0.0', 'legacy 2004d', 'requests 2.31.0']);
    expect(result.gaps).toMatchObject([
      { code: 'unresolved', message: 'no exact version for loose, wild, any, direct' },
    ]);
  });

  it.each([
    ['requirements.txt', undefined],
    ['requirements/base.txt', undefined],
    ['requirements-dev.txt', 'development'],
    ['requirements/test.txt', 'development'],
    ['dev-requirements.txt', 'development'],
  ])('takes from the name of %s what it is for', (path, scope) => {
    expect(requirementsReader.wants(entry(path))).toBe(true);
    expect(read(requirementsReader, path, 'a==1').packages[0]?.scope).toBe(scope);
  });

  it('does not want other texts', () => {
    expect(requirementsReader.wants(entry('robots.txt'))).toBe(false);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(requirementsReader, 'requirements.txt', [FILE])).toEqual([]);
  });
});
