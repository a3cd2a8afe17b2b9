import { describe, expect, it } from 'vitest';
import { readAudit } from './advisories.ts';

const advisory = { source: 1, name: 'x', title: 'Runs what it parses', url: 'https://example.com/1', range: '<2.0.0' };

describe('readAudit', () => {
  it('tells of what is severe, once', () => {
    const report = {
      auditReportVersion: 2,
      vulnerabilities: {
        x: { name: 'x', severity: 'critical', via: [advisory] },
        parent: { name: 'parent', severity: 'critical', via: ['x'] },
        y: { name: 'y', severity: 'low', via: [{ ...advisory, name: 'y' }] },
      },
    };
    expect(readAudit(JSON.stringify(report))).toEqual({
      kind: 'known',
      advisories: ['x <2.0.0: Runs what it parses (critical, https://example.com/1)'],
    });
  });

  it('finds nothing where nothing is known against any', () => {
    const report = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} });
    expect(readAudit(`npm warn something\n${report}`)).toEqual({ kind: 'known', advisories: [] });
  });

  it('does not take a registry without advisories for packages without any', () => {
    const refused = { message: '405 Method Not Allowed - POST /-/npm/v1/security/advisories/bulk', method: 'POST' };
    expect(readAudit(JSON.stringify(refused))).toEqual({ kind: 'unknown', why: refused.message });
    expect(readAudit('npm error network timed out')).toMatchObject({ kind: 'unknown' });
    expect(readAudit('{"vulnerabilities":null}')).toMatchObject({ kind: 'unknown' });
    expect(readAudit('null {')).toMatchObject({ kind: 'unknown' });
    expect(readAudit('')).toMatchObject({ kind: 'unknown' });
  });
});
