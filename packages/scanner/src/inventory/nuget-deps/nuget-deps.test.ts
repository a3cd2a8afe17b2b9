import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { nugetDepsReader } from './nuget-deps.ts';

const DEPS = JSON.stringify({
  runtimeTarget: { name: '.NETCoreApp,Version=v6.0/linux-x64' },
  libraries: {
    'Shop/1.0.0': { type: 'project', serviceable: false, sha512: '' },
    'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.10': { type: 'runtimepack', sha512: '' },
    'Newtonsoft.Json/12.0.1': { type: 'package', serviceable: true, sha512: 'sha512-abc' },
  },
});

describe('nugetDepsReader', () => {
  it('reads packages and the runtime, without the project', () => {
    expect(read(nugetDepsReader, 'app/Shop.deps.json', DEPS).packages).toEqual([
      { type: 'nuget', name: 'Microsoft.NETCore.App.Runtime.linux-x64', version: '6.0.10' },
      { type: 'nuget', name: 'Newtonsoft.Json', version: '12.0.1', integrity: 'sha512-abc' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(nugetDepsReader, 'app/Shop.deps.json', [DEPS])).toEqual([]);
  });
});
