import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { nugetLockReader } from './nuget-lock.ts';

const LOCK = JSON.stringify({
  version: 1,
  dependencies: {
    'net6.0': {
      'Newtonsoft.Json': { type: 'Direct', requested: '[12.0.1, )', resolved: '12.0.1', contentHash: 'abc=' },
      'shop.core': { type: 'Project' },
    },
    'net7.0': {
      'Newtonsoft.Json': { type: 'Direct', resolved: '12.0.1', contentHash: 'abc=' },
      Serilog: { type: 'Transitive', resolved: '2.10.0' },
    },
  },
});

describe('nugetLockReader', () => {
  it('reads the packages of all frameworks once, without projects', () => {
    expect(read(nugetLockReader, 'packages.lock.json', LOCK).packages).toEqual([
      { type: 'nuget', name: 'Newtonsoft.Json', version: '12.0.1', integrity: 'sha512-abc=' },
      { type: 'nuget', name: 'Serilog', version: '2.10.0' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(nugetLockReader, 'packages.lock.json', [LOCK])).toEqual([]);
  });
});
