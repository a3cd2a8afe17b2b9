import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { nugetPackagesConfigReader } from './nuget-packages-config.ts';

const CONFIG = `\uFEFF<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="Newtonsoft.Json" version="12.0.1" targetFramework="net472" />
  <package id="StyleCop" version="1.0.0" developmentDependency="true" />
  <package id="Broken" />
</packages>`;

describe('nugetPackagesConfigReader', () => {
  it('reads packages and counts those that name no version', () => {
    expect(read(nugetPackagesConfigReader, 'packages.config', CONFIG)).toMatchObject({
      packages: [
        { type: 'nuget', name: 'Newtonsoft.Json', version: '12.0.1' },
        { type: 'nuget', name: 'StyleCop', version: '1.0.0', scope: 'development' },
      ],
      gaps: [{ code: 'corrupt', message: '1 entry is not well formed' }],
    });
  });

  it('says what is no list of packages', () => {
    expect(read(nugetPackagesConfigReader, 'packages.config', '<configuration/>').gaps).toMatchObject([
      { code: 'corrupt' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(nugetPackagesConfigReader, 'packages.config', [CONFIG])).toEqual([]);
  });
});
