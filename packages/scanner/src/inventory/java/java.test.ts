import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { readImage, sharedImage } from '../test-support/images.ts';
import { entry, read } from '../test-support/read.ts';
import { zipFile } from '../test-support/zip-file.ts';
import { javaReader } from './java.ts';

const LOG4J = zipFile([
  { name: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\r\n' },
  {
    name: 'META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties',
    content: '#Created by Apache Maven\nversion=2.14.1\ngroupId=org.apache.logging.log4j\nartifactId=log4j-core\n',
  },
]);
const SPRING = manifest('Implementation-Title: spring-core\r\nImplementation-Version: 5.3.18\r\n');
const WAR = zipFile([
  { name: 'WEB-INF/lib/log4j-core-2.14.1.jar', content: LOG4J },
  { name: 'WEB-INF/lib/spring-core-5.3.18.jar', content: SPRING, stored: true },
  { name: 'index.jsp', content: 'x' },
]);

describe('javaReader', () => {
  it('reads what archives inside archives are, and where', () => {
    const result = read(javaReader, 'app/shop.war', zipFile([{ name: 'shop.war', content: WAR }]));

    expect(result.packages).toEqual([
      {
        type: 'maven',
        namespace: 'org.apache.logging.log4j',
        name: 'log4j-core',
        version: '2.14.1',
        within: ['shop.war', 'WEB-INF/lib/log4j-core-2.14.1.jar'],
      },
      {
        type: 'maven',
        namespace: 'org.springframework',
        name: 'spring-core',
        version: '5.3.18',
        within: ['shop.war', 'WEB-INF/lib/spring-core-5.3.18.jar'],
      },
    ]);
    expect(result.gaps).toEqual([]);
  });

  it('reads every artifact that was merged into one archive', () => {
    const merged = zipFile(
      ['one', 'two'].map((artifact) => ({
        name: `META-INF/maven/org.a/${artifact}/pom.properties`,
        content: `groupId = org.a\nartifactId:${artifact}\nversion=1.0`,
      })),
    );

    expect(read(javaReader, 'all.jar', merged).names).toEqual(['org.a/one 1.0', 'org.a/two 1.0']);
  });

  it.each([
    [
      'commons-io-2.6.jar',
      'Bundle-SymbolicName: org.apache.commons.commons-io;singleton\n',
      'org.apache.commons/commons-io 2.6',
    ],
    [
      'guice.jar',
      'Implementation-Version: 4.0\nImplementation-Vendor-Id: com.google.inject\n',
      'com.google.inject/guice 4.0',
    ],
    ['long-1.0.jar', 'Implementation-Vendor-Id: com.exam\n ple.long\n', 'com.example.long/long 1.0'],
    ['ojdbc8-19.3.0.0.jar', '', 'ojdbc8 19.3.0.0'],
    [
      'tomcat-embed-core-9.0.65.jar',
      'Implementation-Title: Apache Tomcat\n',
      'org.apache.tomcat.embed/tomcat-embed-core 9.0.65',
    ],
    ['guava-31.1-jre.jar', '', 'guava 31.1-jre'],
  ])('takes %s from its file name and manifest', (file, text, expected) => {
    expect(read(javaReader, `lib/${file}`, manifest(text)).names).toEqual([expected]);
  });

  it('names nothing where there is no version', () => {
    expect(read(javaReader, 'app.jar', manifest('Main-Class: Main\n'))).toMatchObject({ packages: [], gaps: [] });
  });

  it('reads an archive behind a start script', () => {
    expect(read(javaReader, 'app.jar', Buffer.concat([Buffer.from('#!/bin/sh\nexec java\n'), WAR])).names).toHaveLength(
      2,
    );
  });

  it('says what could not be looked at, and reads the rest', () => {
    const broken = zipFile([
      { name: 'lib/secret.jar', content: LOG4J, encrypted: true },
      { name: 'lib/bad.jar', content: 'no archive' },
      { name: 'lib/lies.jar', content: LOG4J, claims: 10 },
      { name: 'lib/good.jar', content: LOG4J },
    ]);

    const result = read(javaReader, 'app.war', broken);

    expect(result.names).toEqual(['org.apache.logging.log4j/log4j-core 2.14.1']);
    expect(result.gaps.map(({ code }) => code)).toEqual(['encrypted', 'corrupt', 'corrupt']);
    expect(read(javaReader, 'app.war', broken.subarray(0, 100)).gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it('does not unpack bombs: neither large ones, nor deep ones', () => {
    const large = zipFile([{ name: 'a.jar', content: 'small', claims: 300 * 1024 * 1024 }]);
    const deep = Array.from({ length: 12 }).reduce<Buffer>(
      (inner) => zipFile([{ name: 'inner.jar', content: inner }]),
      LOG4J,
    );

    expect(read(javaReader, 'a.jar', large).gaps).toMatchObject([{ code: 'too-large' }]);
    expect(read(javaReader, 'a.jar', deep).gaps).toMatchObject([{ code: 'limit' }]);
  });

  it('does not read one archive again for every entry that points at it', () => {
    const members = Array.from({ length: 3000 }, (_, index) => ({ name: `${index}.jar`, content: '', stored: true }));
    const archive = zipFile([{ name: 'a.jar', content: Buffer.alloc(1024 * 1024), stored: true }, ...members]);
    let directory = archive.lastIndexOf('PK\x01\x02', archive.length, 'latin1');
    for (; directory !== -1; directory = archive.lastIndexOf('PK\x01\x02', directory - 1, 'latin1')) {
      archive.writeUInt32LE(1024 * 1024, directory + 20);
      archive.writeUInt32LE(1024 * 1024, directory + 24);
      archive.writeUInt32LE(0, directory + 42);
      if (directory === 0) break;
    }

    const { gaps } = read(javaReader, 'a.jar', archive);

    expect(gaps.length).toBeGreaterThan(0);
  });

  it('wants archives by name, and no empty ones', () => {
    expect(javaReader.wants(entry('a.JAR', 10))).toBe(true);
    expect(javaReader.wants(entry('plugins/a.hpi', 10))).toBe(true);
    expect(javaReader.wants(entry('a.jar', 0))).toBe(false);
    expect(javaReader.wants(entry('a.zip', 10))).toBe(false);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(javaReader, 'app.war', [WAR, LOG4J])).toEqual([]);
  });

  const image = sharedImage('docker-archives-docker-save-java.tar');
  it.skipIf(image === undefined)('reads the archives of a real image without a gap', () => {
    const results = (image && readImage(image, [javaReader]).get('java')) ?? [];

    expect(results.flatMap(({ gaps }) => gaps)).toEqual([]);
    expect([...new Set(results.flatMap(({ names }) => names))].toSorted()).toEqual([
      'javax.activation/activation 1.1.1',
      'org.apache.yetus/audience-annotations 0.5.0',
      'org.glassfish.hk2.external/aopalliance-repackaged 2.5.0',
    ]);
  });

  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-zip-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  it.skipIf(!hasZip())('reads what the zip command writes, also with ZIP64 sizes', () => {
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'lib/log4j-core-2.14.1.jar'), LOG4J);
    execFileSync('zip', ['-q', '-r', 'plain.war', 'lib'], { cwd: folder });
    execFileSync('zip', ['-q', '-fz', '-r', 'large.war', 'lib'], { cwd: folder });

    for (const name of ['plain.war', 'large.war']) {
      expect(read(javaReader, name, readFileSync(join(folder, name))).names).toEqual([
        'org.apache.logging.log4j/log4j-core 2.14.1',
      ]);
    }
  });
});

function manifest(text: string): Buffer {
  return zipFile([{ name: 'META-INF/MANIFEST.MF', content: `Manifest-Version: 1.0\n${text}` }]);
}

function hasZip(): boolean {
  if (existsSync('/usr/bin/zip')) return true;
  process.stderr.write('skipped: /usr/bin/zip is absent\n');
  return false;
}
