import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { cargoLockReader } from './cargo-lock.ts';

const LOCK = `version = 4

[[package]]
name = "serde"
version = "1.0.197"
source = "registry+https://example.org/index"
checksum = "3fb1c873e1b9b056a4dc4c0c198b24c3ffa059243875552b2bd0933b1aee4ce2"
dependencies = ["serde_derive"]

[[package]]
name = "forked"
version = "0.2.0"
source = "git+https://example.org/forked#abc"

[[package]]
name = "shop"
version = "0.1.0"
`;

describe('cargoLockReader', () => {
  it('reads crates with their digests, without the workspace', () => {
    expect(read(cargoLockReader, 'Cargo.lock', LOCK).packages).toEqual([
      {
        type: 'cargo',
        name: 'serde',
        version: '1.0.197',
        integrity: 'sha256-P7HIc+G5sFak3EwMGYskw/+gWSQ4dVUrK9CTOxruTOI=',
      },
      { type: 'cargo', name: 'forked', version: '0.2.0' },
    ]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(cargoLockReader, 'Cargo.lock', [LOCK])).toEqual([]);
  });
});
