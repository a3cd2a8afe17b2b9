import { describe, expect, it } from 'vitest';
import { emptyReport, hostileReport, OPTIONS, sampleReport } from '../test/sample.ts';
import { jsonReport } from './json.ts';
import { JsonScanReport } from './schema.ts';

describe('jsonReport', () => {
  it.each([
    ['a report with everything', sampleReport()],
    ['an empty report', emptyReport()],
    ['hostile names', hostileReport()],
  ])('is by its own schema for %s', (_, report) => {
    for (const listPackages of [true, false]) {
      const document: unknown = JSON.parse([...jsonReport(report, { ...OPTIONS, listPackages })].join(''));

      expect(JsonScanReport.parse(document)).toEqual(document);
    }
  });

  it('shows suppressed findings apart, with the statement', () => {
    const document = JsonScanReport.parse(JSON.parse([...jsonReport(sampleReport(), OPTIONS)].join('')));

    expect(document.findings.map(({ id }) => id)).not.toContain('GHSA-aaaa-bbbb-cccc');
    expect(document.suppressed).toMatchObject([{ id: 'GHSA-aaaa-bbbb-cccc', suppressed: { statement: 'vex.json#2' } }]);
  });

  it('puts each finding on a line of its own', () => {
    const lines = [...jsonReport(sampleReport(), OPTIONS)].join('').split('\n');

    expect(lines.filter((line) => line.startsWith('    {"kind":"'))).toHaveLength(4);
  });
});
