import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { composerLockReader } from './composer-lock.ts';

const LOCK = JSON.stringify({
  'content-hash': 'abc',
  packages: [
    { name: 'symfony/console', version: 'v5.4.0', license: ['MIT'] },
    { name: 'shop/theme', version: 'dev-main', source: { reference: 'abc' } },
  ],
  'packages-dev': [{ name: 'phpunit/phpunit', version: '9.5.0' }],
});

describe('composerLockReader', () => {
  it('reads what runs and what development needs, and says what has no version', () => {
    const result = read(composerLockReader, 'composer.lock', LOCK);

    expect(result.packages).toEqual([
      { type: 'composer', namespace: 'symfony', name: 'console', version: 'v5.4.0', licenses: ['MIT'] },
      { type: 'composer', namespace: 'phpunit', name: 'phpunit', version: '9.5.0', scope: 'development' },
    ]);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for shop/theme' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(composerLockReader, 'composer.lock', [LOCK])).toEqual([]);
  });
});
