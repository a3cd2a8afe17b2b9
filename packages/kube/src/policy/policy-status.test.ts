import { describe, expect, it } from 'vitest';
import { policyStatus } from './policy-status.ts';
import type { PolicyState } from './watch-policies.ts';

const STATE: PolicyState = {
  kind: 'AdmissionPolicy',
  name: 'p',
  uid: 'u',
  file: 'AdmissionPolicy/p',
  generation: 3,
  problems: [],
  inForce: 3,
};
const NOW = Date.UTC(2026, 10, 26);

describe('policyStatus', () => {
  it('accepts what is valid, and does not claim an enforcement that nobody reported', () => {
    const { conditions, problems, inForceGeneration } = policyStatus(STATE, { now: NOW });

    expect(conditions).toMatchObject([
      { type: 'Accepted', status: 'True', observedGeneration: 3, lastTransitionTime: '2026-11-26T00:00:00Z' },
      { type: 'Enforced', status: 'Unknown' },
    ]);
    expect({ problems, inForceGeneration }).toEqual({ problems: null, inForceGeneration: 3 });
  });

  it('says every problem with its path, and which generation stays in force', () => {
    const problem = { file: STATE.file, path: ['spec', 'rules', 2, 'name'], message: 'must not be empty' };
    const state = { ...STATE, problems: [problem, { ...problem, path: [], message: 'is wrong' }], inForce: 2 };
    const { conditions, problems } = policyStatus(state, {
      now: NOW,
      enforcement: { summary: 'at admission', notEnforced: [] },
    });

    expect(problems).toEqual([{ path: 'spec.rules[2].name', message: 'must not be empty' }, { message: 'is wrong' }]);
    expect(conditions).toMatchObject([
      {
        status: 'False',
        reason: 'Invalid',
        message: 'spec.rules[2].name: must not be empty (and 1 more); generation 2 stays in force',
      },
      { status: 'True', message: 'generation 2: at admission' },
    ]);
  });

  it('says where it is not enforced, and that what has never been valid is nowhere', () => {
    const notEnforced = [{ where: 'node b', why: 'its agent is away' }];
    const some = policyStatus(STATE, { now: NOW, enforcement: { summary: 'on 1 of 2 nodes', notEnforced } });
    const none = policyStatus(
      { ...STATE, inForce: undefined },
      { now: NOW, enforcement: { summary: 'x', notEnforced: [] } },
    );

    expect(some.conditions[1]).toMatchObject({
      status: 'False',
      message: 'generation 3: on 1 of 2 nodes; not node b: its agent is away',
    });
    expect(some.notEnforced).toEqual(notEnforced);
    expect(none.conditions[1]).toMatchObject({ status: 'False', reason: 'NotInForce' });
  });

  it('says of rules about applications where they are, in a condition of their own while there are some', () => {
    const notEnforced = [{ where: 'rule web (ingress) in group bank', why: 'the group is in monitor' }];
    const applications = { summary: 'rule web (ingress) in group shop', notEnforced };
    const enforcement = { summary: 'on 1 of 1 nodes', notEnforced: [] };
    const status = policyStatus(STATE, { now: NOW, enforcement: { ...enforcement, applications } });

    expect(status.conditions).toMatchObject([
      { type: 'Accepted' },
      { type: 'Enforced', status: 'True' },
      {
        type: 'ApplicationsEnforced',
        status: 'False',
        reason: 'NotEverywhere',
        message:
          'generation 3: rule web (ingress) in group shop; not rule web (ingress) in group bank: the group is in monitor',
      },
    ]);
    expect(status.notEnforced).toEqual(notEnforced);
    expect(policyStatus(STATE, { now: NOW, enforcement }).conditions).toHaveLength(2);
  });

  it('says whether rules are about all Services in front of their groups, in a condition of its own', () => {
    const notEnforced = [{ where: 'Service shop/api', why: 'it has too many endpoints' }];
    const services = { summary: 'Services in front of api', notEnforced };
    const enforcement = { summary: 'on 1 of 1 nodes', notEnforced: [], services };
    const status = policyStatus(STATE, { now: NOW, enforcement });

    expect(status.conditions[1]).toMatchObject({ type: 'Enforced', status: 'True' });
    expect(status.conditions[2]).toMatchObject({
      type: 'ServicesFollowed',
      status: 'False',
      message: 'generation 3: Services in front of api; not Service shop/api: it has too many endpoints',
    });
    expect(status.notEnforced).toEqual(notEnforced);
  });

  it('keeps the time of the last transition while the status is the same', () => {
    const before = policyStatus(STATE, { now: NOW });
    const found = { conditions: before.conditions.map((one) => ({ ...one })) };
    const later = policyStatus(STATE, { now: NOW + 5_000, found, enforcement: { summary: 'x', notEnforced: [] } });

    expect(later.conditions.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      '2026-11-26T00:00:00Z',
      '2026-11-26T00:00:05Z',
    ]);
  });
});
