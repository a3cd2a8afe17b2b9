import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lodash, misconfiguration, secret, vulnerability } from '../report/test/sample.ts';
import { matchesGlob } from './glob.ts';
import { applyIgnoreEntries } from './ignore.ts';
import { readIgnoreFile } from './read-ignore-file.ts';

const NOW = Date.UTC(2026, 10, 25, 12);
const findings = [
  vulnerability(),
  vulnerability({ id: 'CVE-2024-0002', advisory: 'GHSA-x', aliases: [], package: lodash }),
  misconfiguration,
  secret,
];

describe('a plain ignore file', () => {
  it('names findings of any kind, with a reason and an end', () => {
    const text =
      '# accepted\nCVE-2024-0001 # not reachable\n\ndockerfile-root-user exp:2027-01-01\ngithub-token exp:2026-01-01\n';
    const { findings: judged, expired } = applyIgnoreEntries(findings, read('.trivyignore', text), NOW);

    expect(judged.map(({ suppressed }) => suppressed)).toEqual([
      { by: 'ignore-file', statement: '.trivyignore:2', reason: 'not reachable' },
      undefined,
      { by: 'ignore-file', statement: '.trivyignore:4', reason: '' },
      undefined,
    ]);
    expect(expired.map(({ origin }) => origin)).toEqual(['.trivyignore:5']);
  });

  it('finds a vulnerability by its advisory', () => {
    expect(ids(applyIgnoreEntries(findings, read('.trivyignore', 'GHSA-x'), NOW).findings)).toEqual(['CVE-2024-0002']);
  });

  it.each([
    ['CVE-1 why', 'line 1: "why" is not understood'],
    ['a\nCVE-1 exp:soon', 'line 2: "soon" is no date'],
  ])('is refused as %j', (text, why) => {
    expect(() => read('.trivyignore', text)).toThrow(`cannot read the ignore file ".trivyignore": ${why}`);
  });
});

describe('a YAML ignore file', () => {
  it('of trivy has sections, paths, package URLs and an end', () => {
    const text = [
      'vulnerabilities:',
      '  - id: CVE-2024-0001',
      '    purls: [pkg:deb/debian/libssl3]',
      '    statement: accepted',
      '  - id: CVE-2024-0002',
      '    paths: [nowhere/**]',
      'misconfigurations:',
      '  - id: github-token',
      'secrets:',
      '  - id: github-token',
      '    paths: ["**/.env"]',
      '    expired_at: 2027-01-01',
    ].join('\n');
    const judged = applyIgnoreEntries(findings, read('.trivyignore.yaml', text), NOW).findings;

    expect(judged.map(({ suppressed }) => suppressed?.statement)).toEqual([
      '.trivyignore.yaml:2',
      undefined,
      undefined,
      '.trivyignore.yaml:10',
    ]);
  });

  it('of ours holds through its last day and always says why', () => {
    const text =
      'ignore:\n  - id: CVE-2024-0001\n    packages: ["pkg:deb/debian/libssl3"]\n    until: 2026-11-25\n    reason: patched by us\n';

    const [today] = applyIgnoreEntries(findings, read('ignore.yaml', text), NOW).findings;
    const tomorrow = applyIgnoreEntries(findings, read('ignore.yaml', text), NOW + 24 * 3600 * 1000);

    expect(today?.suppressed).toEqual({ by: 'ignore-file', statement: 'ignore.yaml:2', reason: 'patched by us' });
    expect(tomorrow.findings[0]?.suppressed).toBeUndefined();
    expect(tomorrow.expired).toHaveLength(1);
  });

  it.each([
    ['ignore:\n  - id: CVE-1\n', 'ignore[0].reason'],
    ['ignore:\n  - id: CVE-1\n    reason: x\n    until: soon\n', 'ignore[0].until: must be a date such as 2027-01-31'],
    ['vulnerability: []\n', 'cannot read the ignore file "ignore.yaml": Unrecognized key'],
    ['a: &a [x]\nb: *a\n', 'it has aliases'],
    ['a: [\n', 'cannot read the ignore file'],
  ])('is refused as %j', (text, why) => {
    expect(() => read('ignore.yaml', text)).toThrow(why);
  });

  it('may be empty', () => {
    expect(read('ignore.yaml', '# nothing yet\n')).toEqual([]);
  });
});

describe('readIgnoreFile', () => {
  it('reads any text or refuses it with its own error', () => {
    fc.assert(
      fc.property(fc.constantFrom('.trivyignore', 'a.yaml'), fc.string({ unit: 'binary' }), (name, text) => {
        expect(refusal(() => read(name, text))).toBeOneOf([undefined, 'INVALID_IGNORE_FILE']);
      }),
    );
  });
});

describe('matchesGlob', () => {
  it.each([
    ['app/*.js', 'app/a.js', true],
    ['app/*.js', 'app/b/a.js', false],
    ['**/*.js', 'a.js', true],
    ['**/*.js', 'a/b/c.js', true],
    ['app/**', 'app/a/b', true],
    ['app/**', 'other/a', false],
    ['/usr/lib/?', 'usr/lib/a', true],
    ['a', 'ab', false],
    ['', '', true],
    ['a.c', 'abc', false],
  ])('of %j and %j is %s', (glob, path, matches) => {
    expect(matchesGlob(glob, path)).toBe(matches);
  });

  it('takes a path for its own glob', () => {
    const step = fc.stringMatching(/^[a-z][a-z.]{0,7}$/);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1 }), (steps) => {
        expect(matchesGlob(steps.join('/'), steps.join('/'))).toBe(true);
      }),
    );
  });

  it('is done with a hostile glob after as many steps as its length times the path’s', () => {
    expect(matchesGlob('*a'.repeat(500), 'a'.repeat(2000))).toBe(true);
    expect(matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(2000))).toBe(false);
  });
});

function read(name: string, text: string) {
  return readIgnoreFile(Buffer.from(text), name);
}

function ids(judged: readonly { readonly id: string; readonly suppressed?: unknown }[]): string[] {
  return judged.filter(({ suppressed }) => suppressed !== undefined).map(({ id }) => id);
}

/** The code of the error that a call ends with, if it ends with one. */
function refusal(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
}
