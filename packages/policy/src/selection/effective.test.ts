import {
  compareExceptionPolicies,
  compareModes,
  compareVerdicts,
  EXCEPTION_POLICIES,
  FAILURE_POLICIES,
  HOOKS,
  MODES,
  SENSOR_ACTIONS,
  type Sensor,
  type TrafficException,
  type WorkloadGroup,
} from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectivePolicy } from './effective.ts';

const sensors = new Map<string, Sensor>(SENSOR_ACTIONS.map((action) => [action, sensor(action)]));
const anyException = fc.constantFrom<TrafficException>('midstream', 'gap', 'overlap');
const anyGroup = fc.record<WorkloadGroup>({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  description: fc.constant(''),
  selector: fc.constant({ names: ['*'] }),
  mode: fc.constantFrom(...MODES),
  sensors: fc.uniqueArray(fc.constantFrom(...SENSOR_ACTIONS)),
  hooks: fc.uniqueArray(fc.constantFrom(...HOOKS), { minLength: 1 }),
  onFailure: fc.constantFrom(...FAILURE_POLICIES),
  exceptions: fc.dictionary(anyException, fc.constantFrom(...EXCEPTION_POLICIES)),
  capture: fc.boolean(),
});
const anyGroups = fc.uniqueArray(anyGroup, { minLength: 1, selector: ({ name }) => name });

describe('effectivePolicy', () => {
  it('is nothing for a workload that no group selects', () => {
    expect(effectivePolicy([], sensors)).toBeUndefined();
  });

  it('lowers a sensor to alert unless a group in protect binds it', () => {
    const policy = join(
      group({ name: 'guarded', mode: 'protect', sensors: ['mask'] }),
      group({ name: 'trial', mode: 'monitor', sensors: ['block', 'mask'] }),
    );

    expect(policy).toMatchObject({ groups: ['guarded', 'trial'], mode: 'protect' });
    expect(policy.sensors.map(({ name, action }) => [name, action])).toEqual([
      ['block', 'alert'],
      ['mask', 'mask'],
    ]);
  });

  it('does not depend on the order of the groups', () => {
    fc.assert(
      fc.property(anyGroups, (groups) => {
        expect(join(...groups.toReversed())).toEqual(join(...groups));
      }),
    );
  });

  it('never becomes more permissive by another group', () => {
    fc.assert(
      fc.property(anyGroups, anyGroup, (groups, another) => {
        const [before, after] = [join(...groups), join(...groups, another)];

        expect(compareModes(after.mode, before.mode)).toBeGreaterThanOrEqual(0);
        expect(before.capture && !after.capture).toBe(false);
        expect(before.onFailure === 'closed' && after.onFailure === 'open').toBe(false);
        expect(after.hooks).toEqual(expect.arrayContaining([...before.hooks]));
        for (const { name, action } of before.sensors) {
          const now = after.sensors.find((other) => other.name === name);
          expect(compareVerdicts(now?.action ?? 'allow', action)).toBeGreaterThanOrEqual(0);
        }
        for (const [exception, policy] of Object.entries(before.exceptions)) {
          const now = after.exceptions[exception as TrafficException] ?? 'pass';
          expect(compareExceptionPolicies(now, policy)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('never interrupts traffic outside protect, whatever the groups say', () => {
    const gentle = anyGroup.filter((candidate) => candidate.mode !== 'protect');
    fc.assert(
      fc.property(fc.array(gentle, { minLength: 1 }), (groups) => {
        const policy = join(...groups);

        expect(policy.sensors.map(({ action }) => action)).not.toContain('block');
        expect(policy.sensors.map(({ action }) => action)).not.toContain('mask');
        expect(Object.values(policy.exceptions)).not.toContain('block');
        expect(policy.onFailure).toBe('open');
      }),
    );
  });

  it('does in protect exactly what the sensors and the groups ask for', () => {
    const policy = join(
      group({
        mode: 'protect',
        sensors: ['block'],
        onFailure: 'closed',
        exceptions: { midstream: 'block', gap: 'pass' },
      }),
    );

    expect(policy).toMatchObject({ onFailure: 'closed', exceptions: { midstream: 'block', gap: 'pass' } });
    expect(policy.sensors).toEqual([sensor('block')]);
  });
});

function join(...groups: readonly WorkloadGroup[]) {
  const policy = effectivePolicy(groups, sensors);
  if (policy === undefined) throw new Error('no group given');
  return policy;
}

function group(over: Partial<WorkloadGroup>): WorkloadGroup {
  return {
    name: 'g',
    description: '',
    selector: { names: ['*'] },
    mode: 'monitor',
    sensors: [],
    hooks: ['input', 'output'],
    onFailure: 'open',
    exceptions: {},
    capture: false,
    ...over,
  };
}

function sensor(action: Sensor['action']): Sensor {
  return {
    name: action,
    description: '',
    detectors: [{ id: 'iban' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action,
    direction: 'both',
  };
}
