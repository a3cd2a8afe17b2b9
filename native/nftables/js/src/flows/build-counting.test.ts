import { describe, expect, it } from 'vitest';
import { MARK } from '../enforcement/marks.ts';
import { buildCounting } from './build-counting.ts';

describe('the rules that count flows', () => {
  const rules = buildCounting().filter((command) => command.startsWith('add rule'));

  it('stop, delay and send nothing', () => {
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) expect(rule).not.toMatch(/\b(drop|reject|queue(?!-)|dnat|snat|redirect|notrack)\b/);
    expect(buildCounting().join('\n')).not.toContain('policy drop');
  });

  it('change nothing but one bit of the mark of a connection', () => {
    const marking = rules.flatMap((rule) => rule.match(/\S+ \S+ set .*?(?= goto)/g) ?? []);
    expect(new Set(marking.map((statement) => statement.slice(statement.indexOf('ct mark set'))))).toEqual(
      new Set([`ct mark set ct mark | ${MARK.counted}`]),
    );
  });

  it('never go back to a chain that led to them', () => {
    const targets = new Map<string, Set<string>>();
    for (const rule of rules) {
      const [chain = ''] = rule.split(' ').slice(4);
      const known = targets.get(chain) ?? new Set();
      targets.set(chain, known);
      for (const [, target = ''] of rule.matchAll(/goto (\S+?)(?=[ ,]|$)/g)) known.add(target);
    }
    const reach = (chain: string, seen: readonly string[]): void => {
      expect(seen).not.toContain(chain);
      for (const next of targets.get(chain) ?? []) reach(next, [...seen, chain]);
    };
    reach('count-input', []);
    reach('count-output', []);
    expect(targets.get('count-input')?.size).toBe(2);
  });
});
