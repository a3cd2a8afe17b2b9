import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { cocoapodsReader } from './cocoapods.ts';

const LOCK = `PODS:
  - AFNetworking (4.0.1):
    - AFNetworking/NSURLSession (= 4.0.1)
  - AFNetworking/NSURLSession (4.0.1)
  - Mine (0.1.0)
  - SDWebImage/Core (5.18.10)

DEPENDENCIES:
  - AFNetworking
  - Mine (from \`./Mine\`)

EXTERNAL SOURCES:
  Mine:
    :path: "./Mine"

COCOAPODS: 1.15.2
`;

describe('cocoapodsReader', () => {
  it('reads pods once, without subspecs and folders', () => {
    expect(read(cocoapodsReader, 'Podfile.lock', LOCK)).toMatchObject({
      packages: [
        { type: 'cocoapods', name: 'AFNetworking', version: '4.0.1' },
        { type: 'cocoapods', name: 'SDWebImage', version: '5.18.10' },
      ],
      gaps: [],
    });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(cocoapodsReader, 'Podfile.lock', [LOCK])).toEqual([]);
  });
});
