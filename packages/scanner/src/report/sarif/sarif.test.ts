import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ScanReport } from '../scan-report.ts';
import { problemsOf } from '../test/published-schema.ts';
import { APP_LAYER, lodash, OPTIONS, sampleReport, vulnerability } from '../test/sample.ts';
import { sarifReports } from './sarif.ts';

interface Sarif {
  readonly runs: readonly {
    readonly automationDetails: { readonly id: string };
    readonly invocations: readonly { readonly executionSuccessful: boolean }[];
    readonly tool: { readonly driver: { readonly rules: readonly { id: string; properties: object }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly locations: readonly [
        { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } },
      ];
    }[];
  }[];
}

describe('sarifReports', () => {
  it('leave out what is suppressed, and say that the scan is partial', () => {
    const [run] = one(sampleReport()).runs;

    expect(run?.results.map(({ ruleId }) => ruleId)).not.toContain('GHSA-aaaa-bbbb-cccc');
    expect(run?.invocations[0]?.executionSuccessful).toBe(false);
  });

  it('rank by the CVSS score where there is one', () => {
    const rules = one(sampleReport()).runs[0]?.tool.driver.rules;

    expect(rules?.find(({ id }) => id === 'CVE-2024-0001')?.properties).toMatchObject({ 'security-severity': '8.1' });
    expect(rules?.find(({ id }) => id === 'github-token')?.properties).toMatchObject({ 'security-severity': '9.5' });
  });

  it('point at the instruction of the Dockerfile that brought the layer', () => {
    const dockerfile = { path: 'images/Dockerfile', text: 'FROM debian:12\n\nCOPY app /app\n' };
    const report = sampleReport({ findings: [vulnerability(), vulnerability({ package: lodash })] });

    const places = one(report, { dockerfile }).runs[0]?.results.map(({ locations: [{ physicalLocation }] }) => [
      physicalLocation.artifactLocation.uri,
      physicalLocation.region.startLine,
    ]);

    expect(places).toEqual([
      ['images/Dockerfile', 1],
      ['images/Dockerfile', 3],
    ]);
  });

  it('point into the image where the Dockerfile did not make it', () => {
    const dockerfile = { path: 'Dockerfile', text: 'FROM scratch\nRUN something else\n' };
    const result = one(sampleReport({ findings: [vulnerability()] }), { dockerfile }).runs[0]?.results[0];

    expect(result?.locations[0].physicalLocation.artifactLocation.uri).toBe('var/lib/dpkg/status');
  });

  it('put the folder that was scanned before its files, and keep hostile paths relative', () => {
    const there = { ...lodash, location: { path: 'a b/../%2e/javascript:x', layer: APP_LAYER } };
    const report = sampleReport({ findings: [vulnerability({ package: there })] });

    expect(
      one(report, { pathPrefix: 'services/shop' }).runs[0]?.results[0]?.locations[0].physicalLocation.artifactLocation
        .uri,
    ).toBe('services/shop/a%20b/../%252e/javascript%3Ax');
  });

  it('keep a finding’s fingerprint over a new version in a new layer', () => {
    const newer = { ...lodash, version: '4.17.21', location: { ...lodash.location, layer: 'sha256:0' } };
    const of = (subject: typeof lodash): unknown =>
      one(sampleReport({ findings: [vulnerability({ package: subject })] })).runs[0]?.results[0]?.partialFingerprints;

    expect(of(newer)).toEqual(of(lodash));
    expect(of({ ...lodash, name: 'other' })).not.toEqual(of(lodash));
  });

  it('are several files, each with its category, where GitHub would lose results of one', () => {
    const findings = Array.from({ length: 12_001 }, (_, index) => vulnerability({ id: `CVE-2024-${index}` }));
    const files = sarifReports(sampleReport({ findings }), OPTIONS).map((text) => [...text].join(''));
    const documents = files.map((text) => JSON.parse(text) as Sarif);

    expect(documents.map(({ runs }) => runs[0]?.results.length)).toEqual([5000, 5000, 2001]);
    expect(documents.map(({ runs }) => runs[0]?.automationDetails.id)).toEqual([
      'bulkhead/image/',
      'bulkhead/image/2/',
      'bulkhead/image/3/',
    ]);
    expect(problemsOf('sarif-2.1.0', documents[2])).toEqual([]);
  });

  it('stay below GitHub’s size even where nothing compresses', () => {
    const noise = (seed: number): string =>
      Array.from({ length: 900 }, (_, at) =>
        String.fromCodePoint(0x4e00 + ((seed * 7919 + at * 104_729) % 20_000)),
      ).join('');
    const findings = Array.from({ length: 2000 }, (_, index) =>
      vulnerability({ id: `X-${index}`, title: noise(index) }),
    );
    const files = sarifReports(sampleReport({ findings }), OPTIONS).map((text) => [...text].join(''));

    expect(files.length).toBeGreaterThan(1);
    for (const text of files) expect(gzipSync(text).length).toBeLessThan(10_000_000);
  });
});

function one(report: ScanReport, over: object = {}): Sarif {
  const [text = []] = sarifReports(report, { ...OPTIONS, ...over });
  return JSON.parse([...text].join('')) as Sarif;
}
