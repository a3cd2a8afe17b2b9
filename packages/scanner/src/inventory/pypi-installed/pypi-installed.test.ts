import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { normalizedPypiName } from '../reading/pypi-name.ts';
import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { pypiInstalledReader } from './pypi-installed.ts';

const PATH = 'usr/lib/python3/dist-packages/PyYAML-6.0.dist-info/METADATA';
const METADATA = `Metadata-Version: 2.1
Name: PyYAML
Version: 6.0
License: MIT
Classifier: Programming Language :: Python

Version: 0 of the description
Name: nobody
`;

describe('pypiInstalledReader', () => {
  it('reads the fields before the description', () => {
    expect(read(pypiInstalledReader, PATH, METADATA).packages).toEqual([
      { type: 'pypi', name: 'PyYAML', version: '6.0', licenses: ['MIT'] },
    ]);
  });

  it('does not take a whole licence text for its name', () => {
    const text = METADATA.replace('License: MIT', `License: ${'Permission is hereby granted '.repeat(10)}`);

    expect(read(pypiInstalledReader, PATH, text).packages).toEqual([{ type: 'pypi', name: 'PyYAML', version: '6.0' }]);
  });

  it('says when metadata name no package', () => {
    expect(read(pypiInstalledReader, PATH, 'Name: x\n').gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it.each([
    ['site-packages/a-1.0.dist-info/METADATA', true],
    ['site-packages/a-1.0.egg-info/PKG-INFO', true],
    ['site-packages/a-1.0-py3.egg-info', true],
    ['site-packages/a-1.0.egg/EGG-INFO/PKG-INFO', true],
    ['site-packages/a-1.0.dist-info/RECORD', false],
    ['src/PKG-INFO', false],
  ])('of %s it says %s', (path, wanted) => {
    expect(pypiInstalledReader.wants(entry(path))).toBe(wanted);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(pypiInstalledReader, PATH, [METADATA])).toEqual([]);
  });

  const listed = importlibMetadata();
  it.skipIf(listed.length === 0)('agrees with Python about what is installed on this machine', () => {
    const seen = listed.map(({ path }) => read(pypiInstalledReader, path, readFileSync(path)).packages[0]);

    expect(seen.map((one) => `${normalizedPypiName(one?.name ?? '')} ${one?.version}`)).toEqual(
      listed.map(({ name, version }) => `${normalizedPypiName(name)} ${version}`),
    );
  });
});

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** What Python's own library says, with the file that it read. */
function importlibMetadata(): Listed[] {
  const program = `
import importlib.metadata as m, json, os
print(json.dumps([{"name": d.metadata["Name"], "version": d.version, "path": str(p)} for d in m.distributions()
  for p in [os.path.join(str(d._path), f) for f in ("METADATA", "PKG-INFO")] if os.path.isfile(p)]))`;
  try {
    return JSON.parse(execFileSync('python3', ['-c', program], { encoding: 'utf8' })) as Listed[];
  } catch {
    process.stderr.write('skipped: no python3 with importlib.metadata\n');
    return [];
  }
}
