import { SEVERITIES } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageScan, MAX_VULNERABILITIES } from './known-image.ts';
import { type ScanFinding, summarizeScan } from './summarize.ts';

describe('summarizeScan', () => {
  it('keeps what rules ask of, and nothing that a statement suppresses', () => {
    const openssl = { name: 'openssl', version: '3.0.1' };
    const scan = summarize([
      { kind: 'vulnerability', id: 'CVE-2', severity: 'low', package: openssl, fixedVersions: [] },
      {
        kind: 'vulnerability',
        id: 'CVE-1',
        severity: 'high',
        package: openssl,
        fixedVersions: ['3.0.2', '3.1.0'],
        cvss: { score: 8.1 },
        epss: { probability: 0.5 },
        kev: {},
        published: '2024-01-02T00:00:00Z',
      },
      { kind: 'vulnerability', id: 'CVE-3', severity: 'high', package: openssl, fixedVersions: [], suppressed: {} },
      { kind: 'secret', id: 'aws', severity: 'high', confidence: 'high', location: { path: 'a' } },
      { kind: 'secret', id: 'aws', severity: 'high', confidence: 'high', location: { path: 'b' }, suppressed: {} },
      { kind: 'misconfiguration' },
    ]);

    expect(scan.vulnerabilities).toEqual([
      {
        id: 'CVE-1',
        package: 'openssl 3.0.1',
        severity: 'high',
        fix: '3.0.2',
        score: 8.1,
        epss: 0.5,
        kev: true,
        published: '2024-01-02T00:00:00Z',
      },
      { id: 'CVE-2', package: 'openssl 3.0.1', severity: 'low' },
    ]);
    expect(scan.secrets).toEqual([{ id: 'aws', path: 'a', severity: 'high', confidence: 'high' }]);
  });

  it('names a vulnerability once for each package, by the worst that was said of it', () => {
    const zlib = { name: 'zlib', version: '1' };
    const one = (severity: 'low' | 'high'): ScanFinding => ({
      kind: 'vulnerability',
      id: 'CVE-1',
      severity,
      package: zlib,
      fixedVersions: [],
    });

    expect(summarize([one('low'), one('high'), one('low')]).vulnerabilities).toEqual([
      { id: 'CVE-1', package: 'zlib 1', severity: 'high' },
    ]);
  });

  it('counts what it does not list', () => {
    const many = Array.from({ length: MAX_VULNERABILITIES + 7 }, (_, index): ScanFinding => {
      const named = { name: 'a', version: '1' };
      return { kind: 'vulnerability', id: `CVE-${index}`, severity: 'low', package: named, fixedVersions: [] };
    });
    const { vulnerabilities, omitted } = summarize(many);

    expect([vulnerabilities.length, omitted.vulnerabilities]).toEqual([MAX_VULNERABILITIES, 7]);
  });

  it('makes of any texts of an image what its schema takes, whatever the order of the findings', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    const finding = fc.record({
      kind: fc.constant('vulnerability' as const),
      id: text,
      severity: fc.constantFrom(...SEVERITIES),
      package: fc.record({ name: text, version: text }),
      fixedVersions: fc.array(text, { maxLength: 2 }),
      cvss: fc.option(fc.record({ score: fc.double({ noNaN: true }) }), { nil: undefined }),
      published: fc.option(text, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 10 }), (findings) => {
        const scan = summarize(findings);

        expect(ImageScan.parse(scan)).toEqual(scan);
        expect(summarize(findings.toReversed())).toEqual(scan);
      }),
    );
  });
});

function summarize(findings: readonly ScanFinding[]): ImageScan {
  return summarizeScan({ scanners: ['vuln', 'secret'], gaps: 0, findings });
}
