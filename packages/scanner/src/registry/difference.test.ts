import { describe, expect, it } from 'vitest';
import type { VulnerabilityFinding } from '../finding/finding.ts';
import { findDifference, isUnchanged } from './difference.ts';

const vex = { by: 'vex', statement: 'vex.json', reason: 'not reachable' } as const;

describe('findDifference', () => {
  it('compares vulnerabilities, not places: a second package with the same one is nothing new', () => {
    const before = [finding('CVE-1', 'openssl'), finding('CVE-3', 'zlib')];
    const after = [
      finding('CVE-1', 'openssl'),
      finding('CVE-1', 'libssl'),
      finding('CVE-2', 'b'),
      finding('CVE-2', 'a'),
    ];

    expect(findDifference(before, after)).toEqual({
      appeared: [{ vulnerability: 'CVE-2', packages: ['a 1', 'b 1'] }],
      disappeared: [{ vulnerability: 'CVE-3', packages: ['zlib 1'] }],
    });
  });

  it('counts a vulnerability whose fix the image does not have', () => {
    expect(findDifference([], [finding('CVE-1', 'openssl', { status: 'fixed' })]).appeared).toHaveLength(1);
  });

  it('takes a suppressed finding for none', () => {
    const [open, suppressed] = [finding('CVE-1', 'openssl'), finding('CVE-1', 'openssl', { suppressed: vex })];

    expect(findDifference([open], [suppressed]).disappeared).toHaveLength(1);
    expect(findDifference([suppressed], [open]).appeared).toHaveLength(1);
    expect(isUnchanged(findDifference([suppressed], []))).toBe(true);
  });
});

function finding(id: string, name: string, over: Partial<VulnerabilityFinding> = {}): VulnerabilityFinding {
  return {
    kind: 'vulnerability',
    id,
    advisory: id,
    source: 'Debian',
    aliases: [],
    package: { type: 'deb', name, version: '1', reader: 'dpkg', location: { path: 'var/lib/dpkg/status' } },
    fixedVersions: [],
    status: 'affected',
    severity: 'high',
    risk: { score: 1, terms: [] },
    title: '',
    references: [],
    explanation: {
      matchedName: name,
      by: 'binary',
      installedVersion: '1',
      comparedVersion: '1',
      scheme: 'deb',
      range: '',
      ecosystem: 'Debian:12',
    },
    ...over,
  };
}
