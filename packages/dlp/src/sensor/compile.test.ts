import type { Sensor } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSensors, MAX_PROGRAM_SENSORS, sensorNameOf } from './compile.ts';
import { DEFAULT_SENSORS } from './defaults.ts';

describe('compileSensors', () => {
  it('gives each sensor one program sensor', () => {
    const program = compileSensors([sensor({ name: 'ids', detectors: [{ id: 'us-ssn' }, { id: 'iban' }] })]);

    expect(program).toEqual({
      sensors: [
        {
          name: 'ids',
          detectors: ['iban', 'us-ssn'],
          minConfidence: 'medium',
          threshold: 1,
          action: 'alert',
          direction: 'both',
        },
      ],
      literals: [],
      dictionaries: [],
      patterns: [],
      exactData: [],
    });
  });

  it('splits a sensor by the minimum confidence of its detectors, and names the parts after it', () => {
    const program = compileSensors([
      sensor({ name: 'ids', detectors: [{ id: 'us-ssn', minConfidence: 'high' }, { id: 'iban' }] }),
    ]);

    expect(program.sensors.map(({ name, detectors, minConfidence }) => ({ name, detectors, minConfidence }))).toEqual([
      { name: 'ids#medium', detectors: ['iban'], minConfidence: 'medium' },
      { name: 'ids#high', detectors: ['us-ssn'], minConfidence: 'high' },
    ]);
    expect(program.sensors.map((part) => sensorNameOf(part.name))).toEqual(['ids', 'ids']);
  });

  it('looks for a sensor’s own literals without being told', () => {
    const literal = { id: 'marker', literal: 'TOP SECRET', caseInsensitive: true };

    const program = compileSensors([sensor({ detectors: [], literals: [literal] })]);

    expect(program.literals).toEqual([literal]);
    expect(program.sensors[0]?.detectors).toEqual(['marker']);
  });

  it('does not depend on the order of the sensors', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...DEFAULT_SENSORS], { minLength: DEFAULT_SENSORS.length }), (shuffled) => {
        expect(compileSensors(shuffled)).toEqual(compileSensors(DEFAULT_SENSORS));
      }),
    );
  });

  it.each`
    code                        | sensors
    ${'DUPLICATE_SENSOR'}       | ${[sensor({}), sensor({})]}
    ${'TOO_MANY_SENSORS'}       | ${Array.from({ length: MAX_PROGRAM_SENSORS + 1 }, (_, index) => sensor({ name: `s${index}` }))}
    ${'CONFLICTING_DEFINITION'} | ${['a', 'b'].map((name) => sensor({ name, literals: [{ id: 'x', literal: name, caseInsensitive: false }] }))}
    ${'TOO_MANY_LITERALS'}      | ${[sensor({ literals: Array.from({ length: 4097 }, (_, index) => ({ id: `l${index}`, literal: 'x', caseInsensitive: false })) })]}
  `('refuses with $code', ({ code, sensors }: { code: string; sensors: Sensor[] }) => {
    expect(() => compileSensors(sensors)).toThrow(expect.objectContaining({ code }));
  });
});

function sensor(over: Partial<Sensor>): Sensor {
  return {
    name: 'mine',
    description: '',
    detectors: [{ id: 'iban' }],
    literals: [],
    minConfidence: 'medium',
    threshold: 1,
    action: 'alert',
    direction: 'both',
    ...over,
  };
}
