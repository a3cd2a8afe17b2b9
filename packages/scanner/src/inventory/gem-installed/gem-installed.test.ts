import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { gemInstalledReader } from './gem-installed.ts';

const SPECIFICATION = `# -*- encoding: utf-8 -*-
# stub: rack 2.2.3 ruby lib

Gem::Specification.new do |s|
  s.name = "rack".freeze
  s.version = "2.2.3"
  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze)
  s.licenses = ["MIT".freeze, "BSD-2-Clause".freeze]
  s.version = "9.9.9"
end
`;
const PATH = 'usr/lib/ruby/gems/3.1.0/specifications/rack-2.2.3.gemspec';

describe('gemInstalledReader', () => {
  it('reads what RubyGems wrote', () => {
    expect(read(gemInstalledReader, PATH, SPECIFICATION).packages).toEqual([
      { type: 'gem', name: 'rack', version: '2.2.3', licenses: ['MIT', 'BSD-2-Clause'] },
    ]);
  });

  it('reads the specifications of gems that come with Ruby', () => {
    const text =
      'Gem::Specification.new do |spec|\n  spec.name = "json"\n  spec.version = Gem::Version.new("2.6.1")\nend\n';

    expect(read(gemInstalledReader, 'specifications/default/json-2.6.1.gemspec', text).names).toEqual(['json 2.6.1']);
  });

  it('says when a specification names no version', () => {
    expect(read(gemInstalledReader, PATH, 's.name = "x"\ns.version = VERSION').gaps).toMatchObject([
      { code: 'corrupt' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(
      hostileFailures(gemInstalledReader, 'usr/lib/ruby/gems/3.1.0/specifications/rack-2.2.3.gemspec', [SPECIFICATION]),
    ).toEqual([]);
  });
});
