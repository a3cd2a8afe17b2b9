import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { pubReader } from './pub.ts';

const LOCK = `packages:
  http:
    dependency: "direct main"
    description:
      name: http
      url: "https://example.org"
    source: hosted
    version: "0.13.3"
  test:
    dependency: "direct dev"
    source: hosted
    version: "1.20"
  flutter:
    dependency: "direct main"
    source: sdk
    version: "0.0.0"
  mine:
    source: path
    version: "1.0.0"
sdks:
  dart: ">=2.12.0 <3.0.0"
`;

describe('pubReader', () => {
  it('reads hosted packages, without the SDK and folders', () => {
    expect(read(pubReader, 'pubspec.lock', LOCK)).toMatchObject({
      packages: [
        { type: 'pub', name: 'http', version: '0.13.3' },
        { type: 'pub', name: 'test', version: '1.20', scope: 'development' },
      ],
      gaps: [],
    });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(pubReader, 'pubspec.lock', [LOCK])).toEqual([]);
  });
});
