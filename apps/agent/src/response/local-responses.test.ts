import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ResponseRule, responseRuleKind } from '@bulkhead/policy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewAgentEvent } from '../event/agent-event.ts';
import { LocalResponses } from './local-responses.ts';
import { QuarantineFile } from './quarantine-file.ts';

let folder: string;
let path: string;
let now: number;
let events: NewAgentEvent[];
let captures: unknown[];
let cutOff: readonly string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-responses-'));
  path = join(folder, 'state/quarantined-by-rules.json');
  now = 1_000_000_000;
  events = [];
  captures = [];
  cutOff = [];
});
afterEach(() => rm(folder, { recursive: true }));

function rule(spec: object, name = 'cut'): ResponseRule {
  const parsed = responseRuleKind.parse({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'ResponseRule',
    metadata: { name },
    spec: { groups: ['web'], when: { events: ['session-blocked'] }, actions: ['quarantine'], ...spec },
  });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

const open = (...rules: readonly ResponseRule[]): LocalResponses =>
  new LocalResponses({
    file: new QuarantineFile(path),
    rules,
    now: () => now,
    emit: (event) => events.push(event),
    placeAt: (netns) =>
      netns === '/run/netns/gone'
        ? undefined
        : { key: netns, path: netns, names: [netns, `id of ${netns}`], subject: { netns, workloads: [] } },
    quarantine: (names) => {
      cutOff = [...names];
    },
    capture: async (...asked) => {
      captures.push(asked);
      return { outcome: 'failed', message: 'no room' };
    },
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });

const blocked = (pod: string, mode = 'protect') => ({
  event: 'session-blocked',
  groups: ['web'],
  mode,
  netns: `/run/netns/${pod}`,
  workloads: [{ name: 'web', pod }],
});

describe('LocalResponses', () => {
  it('cuts off once whom a rule is met by, and still after a restart', () => {
    const responses = open(rule({ after: { count: 2, within: '1m' } }));
    for (const pod of ['a', 'b', 'a', 'a', 'a', 'gone', 'gone']) responses.take(blocked(pod));

    expect(cutOff).toEqual(['/run/netns/a', 'id of /run/netns/a']);
    expect(events).toMatchObject([
      { event: 'quarantined', rule: 'cut', reason: 'the response rule cut: session-blocked', netns: '/run/netns/a' },
    ]);
    expect([...open(rule({})).quarantined]).toEqual(cutOff);
  });

  it('lets out when the rule is gone, also while no agent ran', () => {
    open(rule({}), rule({}, 'other')).take(blocked('a'));
    const responses = open(rule({ description: 'changed' }));
    expect(responses.quarantined.size).toBe(2);
    responses.setRules([rule({ actions: ['alert'] })]);
    expect(cutOff).toEqual([]);
    expect(events.at(-1)).toEqual({ event: 'quarantine-ended', rule: 'cut', netns: '/run/netns/a' });

    open(rule({})).take(blocked('b'));
    expect(open(rule({}, 'other')).quarantined.size).toBe(0);
  });

  it('leaves alone who is in no mode of the rule', () => {
    const responses = open(rule({}));
    for (const mode of ['discover', 'monitor', 'nonsense']) responses.take(blocked('a', mode));
    expect(cutOff).toEqual([]);
    responses.setRules([rule({ quarantine: { modes: ['monitor'] } })]);
    responses.take(blocked('a', 'monitor'));
    expect(cutOff).toHaveLength(2);
  });

  it('stops a rule that would cut off too much, over restarts, until it is changed', () => {
    const bounded = rule({ quarantine: { atMost: 2, within: '10m' } });
    for (const pod of ['a', 'b', 'c', 'd']) open(bounded).take(blocked(pod));
    now += 3_600_000;
    open(bounded).take(blocked('e'));
    expect(open(bounded).quarantined.size).toBe(4);
    expect(events.filter(({ event }) => event === 'response-rule-stopped')).toEqual([
      { event: 'response-rule-stopped', rule: 'cut', atMost: 2, within: '10m' },
    ]);

    const wider = rule({ quarantine: { atMost: 3, within: '10m' } });
    for (const pod of ['f', 'g', 'h', 'i']) open(wider).take(blocked(pod));
    expect(open(wider).quarantined.size).toBe(10);
  });

  it('has packets kept once in a while, and tells why not', async () => {
    const responses = open(rule({ actions: ['capture'], capture: { seconds: 7, maxMebibytes: 1 } }));
    responses.take(blocked('a', 'discover'));
    responses.take(blocked('a', 'discover'));
    await expect.poll(() => events.length).toBe(1);

    expect(captures).toMatchObject([[{ path: '/run/netns/a' }, 7, 2 ** 20]]);
    expect(events).toMatchObject([{ event: 'capture-failed', problem: 'the response rule cut: no room' }]);
    now += 600_000;
    responses.take(blocked('a', 'discover'));
    expect(captures).toHaveLength(2);
  });

  it.each([
    ['no JSON', '{"held":['],
    ['something else', '{"held":[{"rule":"cut"}],"stopped":{}}'],
  ])('does not begin with a file that is %s: nobody is let out by mistake', async (_, text) => {
    open(rule({})).take(blocked('a'));
    await writeFile(path, text);

    expect(() => open(rule({}))).toThrow(/cannot use ".*quarantined-by-rules.json"/);
  });
});
