import { describe, expect, it } from 'vitest';
import { hostileReport, sampleReport } from '../test/sample.ts';
import { readFindings } from './read-findings.ts';

describe('readFindings', () => {
  it.each([
    ['of every kind', sampleReport()],
    ['with hostile names', hostileReport()],
  ])('gives findings %s back as they were kept', (_, { findings }) => {
    expect(findings.length).toBeGreaterThan(0);
    expect(readFindings(JSON.parse(JSON.stringify(findings)))).toEqual(findings);
  });

  it.each([
    ['no list', {}],
    ['another kind', [{ kind: 'odd', id: 'x', severity: 'high' }]],
    ['a field less', sampleReport().findings.map((finding) => ({ ...finding, severity: undefined }))],
  ])('gives nothing for %s', (_, items) => {
    expect(readFindings(items)).toBeUndefined();
  });
});
