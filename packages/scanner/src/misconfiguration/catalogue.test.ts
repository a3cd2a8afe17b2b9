import { describe, expect, it } from 'vitest';
import { MISCONFIGURATION_RULES, misconfigurationFindings } from './catalogue.ts';

describe('catalogue', () => {
  it('has no two rules of one id', () => {
    const ids = MISCONFIGURATION_RULES.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(MISCONFIGURATION_RULES.map((rule) => [rule.id, rule] as const))(
    'says of %s what it is, why and how to fix it',
    (id, rule) => {
      expect(id).toMatch(/^(?:dockerfile|kubernetes)-[a-z-]+$/);
      expect(rule.why).toMatch(/\.$/);
      expect(rule.fix).toMatch(/^[A-Z][^.]*(?:\.[^.]+)*[^.]$|:…$/);
      expect(rule.references.every((one) => one.startsWith('https://'))).toBe(true);
    },
  );
});

describe('misconfigurationFindings', () => {
  it('adds what the catalogue says', () => {
    const location = { path: 'Dockerfile' };
    const misconfigurations = [
      { rule: 'dockerfile-sudo', message: 'sudo make', line: 3, location },
      { rule: 'gone', message: 'x', location },
    ];

    expect(misconfigurationFindings({ misconfigurations })).toEqual([
      expect.objectContaining({
        kind: 'misconfiguration',
        id: 'dockerfile-sudo',
        severity: 'medium',
        location: { path: 'Dockerfile', line: 3 },
      }),
    ]);
  });
});
