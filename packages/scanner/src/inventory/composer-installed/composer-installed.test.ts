import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { composerInstalledReader } from './composer-installed.ts';

const PATH = 'app/vendor/composer/installed.json';
const PACKAGES = [
  { name: 'symfony/console', version: 'v5.4.0', license: ['MIT'] },
  { name: 'phpunit/phpunit', version: '9.5.0' },
];
const COMPOSER_2 = JSON.stringify({ packages: PACKAGES, dev: true, 'dev-package-names': ['phpunit/phpunit'] });

describe('composerInstalledReader', () => {
  it('reads what Composer 2 wrote', () => {
    expect(read(composerInstalledReader, PATH, COMPOSER_2).packages).toEqual([
      { type: 'composer', namespace: 'symfony', name: 'console', version: 'v5.4.0', licenses: ['MIT'] },
      { type: 'composer', namespace: 'phpunit', name: 'phpunit', version: '9.5.0', scope: 'development' },
    ]);
  });

  it('reads what Composer 1 wrote, and counts what is no package', () => {
    expect(read(composerInstalledReader, PATH, JSON.stringify([...PACKAGES, 7]))).toMatchObject({
      names: ['phpunit/phpunit 9.5.0', 'symfony/console v5.4.0'],
      gaps: [{ code: 'corrupt', message: '1 entry is not well formed' }],
    });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(composerInstalledReader, 'app/vendor/composer/installed.json', [COMPOSER_2])).toEqual([]);
  });
});
