import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lodash, misconfiguration, openssl, sampleReport, secret, vulnerability } from '../test/sample.ts';
import { buildReport, filterFindings } from './build-report.ts';

const inventory = { packages: [], ownerByPath: new Map(), secrets: [], misconfigurations: [], gaps: [] };
const { subject } = sampleReport();

describe('buildReport', () => {
  it('gives the same report for any order of what was found', () => {
    const findings = [
      vulnerability(),
      vulnerability({ id: 'CVE-2024-0002', severity: 'critical', fixedVersions: [] }),
      vulnerability({ id: 'CVE-2024-0003', package: lodash, risk: { score: 1, terms: [] } }),
      secret,
      misconfiguration,
    ];
    const gaps = [
      { code: 'corrupt', message: 'a', path: 'x' },
      { code: 'limit', message: 'b', path: 'x' },
    ] as const;
    const report = buildReport({ subject, inventory: { ...inventory, packages: [openssl, lodash], gaps }, findings });

    fc.assert(
      fc.property(
        fc.shuffledSubarray(findings, { minLength: 5 }),
        fc.shuffledSubarray([openssl, lodash], { minLength: 2 }),
        fc.shuffledSubarray([...gaps], { minLength: 2 }),
        (shuffled, packages, someGaps) => {
          const again = buildReport({
            subject,
            inventory: { ...inventory, packages, gaps: someGaps },
            findings: shuffled,
          });
          expect(again).toEqual(report);
        },
      ),
    );
    expect(report.findings.map(({ id }) => id)).toEqual([
      'CVE-2024-0002',
      'CVE-2024-0001',
      'CVE-2024-0003',
      'dockerfile-root-user',
      'github-token',
    ]);
  });

  it('is partial where there is a gap, and says when a system’s life ends', () => {
    const os = { id: 'debian', idLike: [], versionId: '9' };
    const gaps = [{ code: 'corrupt', message: 'a' }] as const;
    const report = buildReport({
      subject,
      inventory: { ...inventory, os, gaps },
      findings: [],
      endOfLife: { date: '2022-06-30', reached: true },
    });

    expect(report).toMatchObject({ status: 'partial', os: { endOfLife: '2022-06-30', endOfLifeReached: true } });
    expect(buildReport({ subject, inventory, findings: [] }).status).toBe('complete');
  });
});

describe('filterFindings', () => {
  it('leaves the severities that were asked for, and what has a fix', () => {
    const report = sampleReport({ findings: [vulnerability(), vulnerability({ fixedVersions: [] }), secret] });

    expect(filterFindings(report, {}).findings).toHaveLength(3);
    expect(filterFindings(report, { severities: new Set(['critical']) }).findings).toEqual([secret]);
    expect(filterFindings(report, { ignoreUnfixed: true }).findings).toEqual([vulnerability(), secret]);
  });
});
