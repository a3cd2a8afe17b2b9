import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { gradleReader } from './gradle.ts';

const LOCK = `# This is a Gradle generated file for dependency locking.
com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath
junit:junit:4.13=testCompileClasspath,testRuntimeClasspath
empty=annotationProcessor
`;

describe('gradleReader', () => {
  it('reads locked artifacts and what they are for', () => {
    expect(read(gradleReader, 'gradle.lockfile', LOCK)).toMatchObject({
      packages: [
        { type: 'maven', namespace: 'com.google.guava', name: 'guava', version: '31.1-jre' },
        { type: 'maven', namespace: 'junit', name: 'junit', version: '4.13', scope: 'development' },
      ],
      gaps: [],
    });
  });

  it('takes what only the build needs as development', () => {
    expect(read(gradleReader, 'buildscript-gradle.lockfile', LOCK).packages[0]?.scope).toBe('development');
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(gradleReader, 'gradle.lockfile', [LOCK])).toEqual([]);
  });
});
