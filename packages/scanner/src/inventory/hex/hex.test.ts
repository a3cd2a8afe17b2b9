import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { hexReader } from './hex.ts';

const LOCK = `%{
  "phoenix": {:hex, :phoenix, "1.7.0", "aa", [:mix], [{:plug, "~> 1.14", [hex: :plug, repo: "hexpm"]}], "hexpm", "bb"},
  "renamed": {:hex, :real_name, "0.2.0-rc.1", "cc", [:rebar3], [], "hexpm", "dd"},
  "forked": {:git, "https://example.org/forked.git", "abc", [branch: "main"]},
}
`;

describe('hexReader', () => {
  it('reads packages by their own names, and says what has no version', () => {
    const result = read(hexReader, 'mix.lock', LOCK);

    expect(result.names).toEqual(['phoenix 1.7.0', 'real_name 0.2.0-rc.1']);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for forked' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(hexReader, 'mix.lock', [LOCK])).toEqual([]);
  });
});
