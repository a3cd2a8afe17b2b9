import { describe, expect, it } from 'vitest';
import { ResponseCounter } from './counter.ts';
import { type ResponseRule, responseRuleKind } from './schema.ts';

function rule(spec: object): ResponseRule {
  const parsed = responseRuleKind.parse({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'ResponseRule',
    metadata: { name: 'page-us' },
    spec: { groups: ['web'], when: { events: ['session-blocked'] }, actions: ['alert'], ...spec },
  });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

const blocked = (pod: string) => ({ event: 'session-blocked', groups: ['web'], workloads: [{ name: 'web', pod }] });

describe('ResponseCounter', () => {
  it('names the rule that an event is one for, whatever its actions', () => {
    const rules = [rule({}), rule({ actions: ['quarantine'] })];
    const counter = new ResponseCounter();

    expect(counter.completedBy(rules, 'a', blocked('1'), 0)).toEqual(rules);
    expect(counter.completedBy(rules, 'a', { ...blocked('1'), groups: ['db'] }, 0)).toEqual([]);
  });

  it('counts the events of each workload within the time of the rule', () => {
    const rules = [rule({ after: { count: 3, within: '60s' } })];
    const counter = new ResponseCounter();
    let now = 1_000_000_000;
    const told = (pod: string): boolean => counter.completedBy(rules, 'a', blocked(pod), now).length > 0;

    expect([told('1'), told('2'), told('1'), told('2'), told('1')]).toEqual([false, false, false, false, true]);
    expect([told('1'), told('1')]).toEqual([false, false]);
    now += 61_000;
    expect([told('1'), told('1'), told('1')]).toEqual([false, false, true]);
  });
});
