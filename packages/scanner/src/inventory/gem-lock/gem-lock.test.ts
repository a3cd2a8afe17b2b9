import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { gemLockReader } from './gem-lock.ts';

const LOCK = `GIT
  remote: https://example.org/forked.git
  revision: abc
  specs:
    forked (0.3.0)

PATH
  remote: .
  specs:
    mine (0.1.0)
      rails (>= 6)

GEM
  remote: https://example.org/
  specs:
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)
    rails (6.0.3.rc1)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  mine!
  nokogiri (~> 1.15)

BUNDLED WITH
   2.4.10
`;

describe('gemLockReader', () => {
  it('reads what was chosen, without platforms, requirements and the project itself', () => {
    expect(read(gemLockReader, 'Gemfile.lock', LOCK)).toMatchObject({
      names: ['forked 0.3.0', 'nokogiri 1.15.4', 'racc 1.7.1', 'rails 6.0.3.rc1'],
      gaps: [],
    });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(gemLockReader, 'Gemfile.lock', [LOCK])).toEqual([]);
  });
});
