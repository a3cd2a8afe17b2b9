import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { swiftReader } from './swift.ts';

const VERSION_1 = JSON.stringify({
  object: {
    pins: [
      { package: 'swift-nio', repositoryURL: 'https://GitHub.com/apple/swift-nio.git', state: { version: '2.40.0' } },
      { package: 'branch', repositoryURL: 'https://example.org/branch', state: { branch: 'main', version: null } },
    ],
  },
  version: 1,
});
const VERSION_3 = JSON.stringify({
  originHash: 'abc',
  pins: [
    {
      identity: 'a',
      kind: 'remoteSourceControl',
      location: 'git@github.com:vapor/vapor.git',
      state: { version: '4.0.0' },
    },
    { identity: 'b', location: 'ssh://git@example.org:22/team/deep/b/', state: { version: '1.0.0' } },
    { identity: 'c', location: '', state: { version: '1.0.0' } },
  ],
  version: 3,
});

describe('swiftReader', () => {
  it('names packages by their repositories', () => {
    const result = read(swiftReader, 'Package.resolved', VERSION_1);

    expect(result.packages).toEqual([
      { type: 'swift', namespace: 'github.com/apple', name: 'swift-nio', version: '2.40.0' },
    ]);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for example.org/branch' }]);
  });

  it('reads newer files, however a repository is written', () => {
    expect(read(swiftReader, 'Package.resolved', VERSION_3)).toMatchObject({
      names: ['example.org/team/deep/b 1.0.0', 'github.com/vapor/vapor 4.0.0'],
      gaps: [{ message: '1 entry is not well formed' }],
    });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(swiftReader, 'Package.resolved', [VERSION_1, VERSION_3])).toEqual([]);
  });
});
