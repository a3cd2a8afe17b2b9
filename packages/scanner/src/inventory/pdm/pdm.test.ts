import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { pdmReader } from './pdm.ts';

const LOCK = `[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[package]]
name = "requests"
version = "2.31.0"
groups = ["default", "dev"]

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]

[[package]]
name = "pandas"
version = "2.2.0"
groups = ["excel"]

[[package]]
name = "mine"
version = "0.1.0"
path = "./mine"
`;

describe('pdmReader', () => {
  it('reads packages and what their groups are for', () => {
    expect(read(pdmReader, 'pdm.lock', LOCK).packages).toEqual([
      { type: 'pypi', name: 'requests', version: '2.31.0' },
      { type: 'pypi', name: 'pytest', version: '8.0.0', scope: 'development' },
      { type: 'pypi', name: 'pandas', version: '2.2.0', scope: 'optional' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(pdmReader, 'pdm.lock', [LOCK])).toEqual([]);
  });
});
