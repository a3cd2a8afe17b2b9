import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { bunReader } from './bun.ts';

const LOCK = `{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "shop", "dependencies": { "lodash": "^4", }, }, },
  "packages": {
    "@babel/core": ["@babel/core@7.24.0", "", { "dependencies": { "debug": "^4.1.0" } }, "sha512-a"],
    "alias": ["real@2.0.0", "", {}, "sha512-b"],
    "forked": ["forked@github:user/repo#abc", {}, "user-repo-abc"],
    "mine": ["mine@workspace:packages/mine"],
  }
}
`;

describe('bunReader', () => {
  it('reads packages by what they resolve to', () => {
    const result = read(bunReader, 'bun.lock', LOCK);

    expect(result.packages).toEqual([
      { type: 'npm', namespace: '@babel', name: 'core', version: '7.24.0', integrity: 'sha512-a' },
      { type: 'npm', name: 'real', version: '2.0.0', integrity: 'sha512-b' },
    ]);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for forked' }]);
  });

  it('says that the binary format is not read', () => {
    expect(read(bunReader, 'bun.lockb', '#!/usr/bin/env bun').gaps).toMatchObject([{ code: 'unsupported' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(bunReader, 'bun.lock', [LOCK])).toEqual([]);
  });
});
