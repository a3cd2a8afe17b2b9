import { readPolicy } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { LANGUAGE } from '../policy/language.ts';
import { Responder } from './responder.ts';

const HEAD = { apiVersion: 'bulkhead.io/v1alpha1' };

function responderOf(spec: object) {
  const documents = [
    {
      ...HEAD,
      kind: 'WorkloadGroup',
      metadata: { name: 'web' },
      spec: { selector: { names: ['*'] }, mode: 'monitor' },
    },
    {
      ...HEAD,
      kind: 'ResponseRule',
      metadata: { name: 'page-us' },
      spec: { groups: ['web'], when: { events: ['session-blocked'] }, actions: ['alert'], ...spec },
    },
  ];
  const outcome = readPolicy(
    [{ file: 'x', text: documents.map((one) => JSON.stringify(one)).join('\n---\n') }],
    LANGUAGE,
  );
  if (!outcome.ok) throw new Error(outcome.problems[0]?.message);
  const clock = { at: 1_000_000_000, now: () => clock.at };
  const { policy, documents: read } = outcome;
  return { clock, responder: new Responder({ current: { version: '1', policy, documents: read } }, clock) };
}

const blocked = (pod: string) => ({ event: 'session-blocked', groups: ['web'], workloads: [{ name: 'web', pod }] });

describe('a responder', () => {
  it('names the rule that an event is one for', () => {
    const { responder } = responderOf({});
    expect(responder.rulesFor('a', blocked('1'))).toEqual(['page-us']);
    expect(responder.rulesFor('a', { ...blocked('1'), groups: ['db'] })).toEqual([]);
    expect(responderOf({ actions: ['quarantine'] }).responder.rulesFor('a', blocked('1'))).toEqual([]);
  });

  it('counts the events of each workload within the time of the rule', () => {
    const { responder, clock } = responderOf({ after: { count: 3, within: '60s' } });
    const told = (pod: string): boolean => responder.rulesFor('a', blocked(pod)).length > 0;

    expect([told('1'), told('2'), told('1'), told('2'), told('1')]).toEqual([false, false, false, false, true]);
    expect([told('1'), told('1')]).toEqual([false, false]);
    clock.at += 61_000;
    expect([told('1'), told('1'), told('1')]).toEqual([false, false, true]);
  });
});
