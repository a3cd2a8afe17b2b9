import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { pipenvReader } from './pipenv.ts';

const LOCK = JSON.stringify({
  _meta: { 'pipfile-spec': 6 },
  default: {
    django: { hashes: ['sha256:aa'], version: '==4.2.1' },
    forked: { git: 'https://example.org/forked.git', ref: 'abc' },
    mine: { editable: true, path: '.' },
  },
  develop: { pytest: { version: '==7.0.0' } },
});

describe('pipenvReader', () => {
  it('reads what runs and what development needs', () => {
    const result = read(pipenvReader, 'Pipfile.lock', LOCK);

    expect(result.packages).toEqual([
      { type: 'pypi', name: 'django', version: '4.2.1' },
      { type: 'pypi', name: 'pytest', version: '7.0.0', scope: 'development' },
    ]);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for forked' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(pipenvReader, 'Pipfile.lock', [LOCK])).toEqual([]);
  });
});
