import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { pomReader } from './pom.ts';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.shop</groupId><artifactId>parent</artifactId><version>3.1</version></parent>
  <artifactId>web</artifactId>
  <properties><log4j.version>2.14.1</log4j.version><alias>\${log4j.version}</alias><loop>\${loop}x</loop></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId><version>31.1-jre</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>\${alias}</version></dependency>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId></dependency>
    <dependency><groupId>\${project.groupId}</groupId><artifactId>core</artifactId><version>\${project.version}</version></dependency>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13</version><scope>test</scope></dependency>
    <dependency><groupId>javax.servlet</groupId><artifactId>servlet-api</artifactId><version>2.5</version><scope>provided</scope></dependency>
    <dependency><groupId>org.a</groupId><artifactId>by-parent</artifactId></dependency>
    <dependency><groupId>org.a</groupId><artifactId>range</artifactId><version>[1.0,2.0)</version></dependency>
    <dependency><groupId>org.a</groupId><artifactId>loop</artifactId><version>\${loop}</version></dependency>
  </dependencies>
</project>`;

describe('pomReader', () => {
  it('reads dependencies whose version this file decides, and says which it does not', () => {
    const result = read(pomReader, 'pom.xml', POM);

    expect(result.packages).toEqual([
      { type: 'maven', namespace: 'org.apache.logging.log4j', name: 'log4j-core', version: '2.14.1' },
      { type: 'maven', namespace: 'com.google.guava', name: 'guava', version: '31.1-jre' },
      { type: 'maven', namespace: 'org.shop', name: 'core', version: '3.1' },
      { type: 'maven', namespace: 'junit', name: 'junit', version: '4.13', scope: 'development' },
      { type: 'maven', namespace: 'javax.servlet', name: 'servlet-api', version: '2.5', scope: 'optional' },
    ]);
    expect(result.gaps).toMatchObject([
      { code: 'unresolved', message: 'no exact version for org.a:by-parent, org.a:range, org.a:loop' },
    ]);
  });

  it('says what is no project', () => {
    expect(read(pomReader, 'pom.xml', '<html/>').gaps).toMatchObject([{ code: 'corrupt' }]);
    expect(read(pomReader, 'pom.xml', '<project>').gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(pomReader, 'pom.xml', [POM])).toEqual([]);
  });
});
