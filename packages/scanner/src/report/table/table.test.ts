import { describe, expect, it } from 'vitest';
import { emptyReport, OPTIONS, sampleReport, vulnerability } from '../test/sample.ts';
import { tableReport } from './table.ts';

describe('tableReport', () => {
  it('reads from the worst to the summary in 100 columns', () => {
    const text = [...tableReport(sampleReport(), OPTIONS)].join('');

    expect(text).toMatchInlineSnapshot(`
      "registry.example/shop:1.2 (Debian GNU/Linux 12 (bookworm)): 2 packages
      advisories: checked 2026-11-20 (5 days ago); Debian 12345

      CRITICAL (1)
        SECRET        CONFIDENCE  VALUE     WHERE
        github-token  high        ghp_****  app/.env:3

      HIGH (1)
        VULNERABILITY  PACKAGE  INSTALLED  FIXED IN    RISK          TITLE
        CVE-2024-0001  libssl3  1:3.0.9-1  1:3.0.11-1  81 exploited  Reading beyond the end of a buffer

      MEDIUM (1)
        MISCONFIGURATION      WHERE         WHAT
        dockerfile-root-user  Dockerfile:9  no USER instruction

      SUPPRESSED (1): not counted, because a statement says so
        FINDING              IN             BY
        GHSA-aaaa-bbbb-cccc  @scope/lodash  vex
          vex.json#2: vulnerable_code_not_present

      NOT LOOKED AT (1)
        corrupt: app/broken.jar: the archive ends early

      3 findings: 1 critical, 1 high, 1 medium; 1 suppressed; 1 gap: this scan is partial
      "
    `);
    for (const line of text.split('\n').slice(2)) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('says that nothing was found, and what was not even looked for', () => {
    expect([...tableReport({ ...emptyReport(), subject: { kind: 'rootfs', name: '/mnt' } }, OPTIONS)].join('')).toBe(
      '/mnt: 0 packages\nvulnerabilities: not looked for\n\nno findings\n',
    );
  });

  it('warns of a system whose end of life makes silence cheap', () => {
    const os = { id: 'debian', idLike: [], prettyName: 'Debian 9', endOfLife: '2022-06-30', endOfLifeReached: true };

    expect([...tableReport(sampleReport({ os }), OPTIONS)].join('')).toContain(
      'END OF LIFE: Debian 9 gets no security updates since 2022-06-30',
    );
  });

  it('says the same without colours', () => {
    const coloured = [...tableReport(sampleReport(), { ...OPTIONS, colour: true })].join('');

    expect(coloured).toContain('\u001b[1;31mCRITICAL (1)');
    // oxlint-disable-next-line no-control-regex -- terminal codes begin with one
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe([...tableReport(sampleReport(), OPTIONS)].join(''));
  });

  it('shows what can be fixed where it is fixed, and why not where it is not', () => {
    const findings = [vulnerability(), vulnerability({ fixedVersions: [], status: 'will-not-fix' })];
    const text = [...tableReport(sampleReport({ findings }), OPTIONS)].join('');

    expect(text).toContain('1:3.0.11-1');
    expect(text).toContain('will not fix');
  });

  it('warns of advisories that are more than a week old', () => {
    const late = { ...OPTIONS, createdAt: Date.UTC(2026, 11, 25) };

    expect([...tableReport(sampleReport(), late)].join('')).toContain('(35 days ago); Debian 12345: update them');
  });

  it('says that a mirror is late which was asked today', () => {
    const late = { ...OPTIONS, createdAt: Date.UTC(2026, 11, 25) };
    const { database } = sampleReport();
    const report = sampleReport({ ...(database && { database: { ...database, checkedAt: '2026-12-25T00:00:00Z' } }) });

    expect([...tableReport(report, late)].join('')).toContain(
      'advisories: checked 2026-12-25 (today), the newest is of 2026-11-19 (36 days ago); Debian 12345\n',
    );
  });
});
