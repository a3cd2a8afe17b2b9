import type { Sensor } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SENSORS } from './defaults.ts';
import { dataSensorDocument, dataSensorKind, parseDataSensor } from './kind.ts';

describe('parseDataSensor', () => {
  it('fills in what a document leaves out', () => {
    const parsed = parseDataSensor(document({ detectors: ['iban'], action: 'alert' }));

    expect(parsed).toEqual({
      ok: true,
      value: {
        name: 'mine',
        description: '',
        detectors: [{ id: 'iban' }],
        literals: [],
        minConfidence: 'medium',
        threshold: 1,
        action: 'alert',
        direction: 'both',
      },
    });
  });

  it('reports every problem at once, each with its path', () => {
    const parsed = parseDataSensor(
      document({
        detectors: ['iban', 'visa', 'iban'],
        literals: [{ id: 'payment-card', literal: '' }],
        threshold: 0,
        action: 'drop',
        colour: 'red',
      }),
    );

    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.')).toSorted()).toEqual([
      'spec',
      'spec.action',
      'spec.detectors.1',
      'spec.literals.0.id',
      'spec.literals.0.literal',
      'spec.threshold',
    ]);
  });

  it.each`
    what                                 | spec
    ${'a sensor that looks for nothing'} | ${{ action: 'alert' }}
    ${'a literal longer than 256 bytes'} | ${{ literals: [{ id: 'x', literal: 'é'.repeat(129) }], action: 'alert' }}
    ${'a lone surrogate'}                | ${{ literals: [{ id: 'x', literal: '\ud800' }], action: 'alert' }}
    ${'a detector that is named twice'}  | ${{ detectors: ['iban', { id: 'iban' }], action: 'alert' }}
    ${'two literals of one id'}          | ${{ literals: ['a', 'b'].map((literal) => ({ id: 'x', literal })), action: 'alert' }}
    ${'an action that is no action'}     | ${{ detectors: ['iban'], action: 'allow' }}
  `('refuses $what', ({ spec }: { spec: object }) => {
    expect(parseDataSensor(document(spec)).ok).toBe(false);
  });

  it('refuses to mask where there is no datum, and says what to do', () => {
    const sensor = (action: string): object =>
      document({ detectors: ['iban', { id: 'cleartext-traffic', minConfidence: 'high' }], action });

    expect(parseDataSensor(sensor('mask'))).toEqual({
      ok: false,
      problems: [
        {
          path: ['spec', 'detectors', 1],
          message: expect.stringMatching(/"cleartext-traffic" .* use the action "block"/),
        },
      ],
    });
    expect(parseDataSensor(sensor('block')).ok).toBe(true);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(parseDataSensor(anything).ok).toBe(false);
      }),
    );
  });

  it('reads back every document it writes', () => {
    for (const sensor of DEFAULT_SENSORS) {
      expect(parseDataSensor(dataSensorDocument(sensor))).toEqual({ ok: true, value: sensor });
    }
  });
});

describe('the kind DataSensor', () => {
  const sensor = (name: string, literal: string): Sensor => ({
    name,
    description: '',
    detectors: [],
    literals: [{ id: 'word', literal, caseInsensitive: false }],
    minConfidence: 'low',
    threshold: 1,
    action: 'alert',
    direction: 'both',
  });

  it('lets two sensors share a literal', () => {
    const values = ['a', 'b'].map((name) => sensor(name, 'same'));

    expect(dataSensorKind.check?.(values)).toEqual([]);
  });

  it('refuses two sensors that mean different bytes by one literal id', () => {
    const values = [sensor('a', 'one'), sensor('b', 'two')];

    expect(dataSensorKind.check?.(values)).toMatchObject([{ index: 1, path: ['spec', 'literals', 0, 'id'] }]);
  });
});

function document(spec: object): object {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind: 'DataSensor', metadata: { name: 'mine' }, spec };
}

describe('detectors of a sensor’s own', () => {
  it('reads dictionaries and patterns, and finds their files beside the document', () => {
    const parsed = parseDataSensor(
      document({
        dictionaries: [{ id: 'projects', terms: ['Nightingale'], file: 'lists/projects.txt' }],
        patterns: [{ id: 'staff', pattern: 'EMP-\\d{4,8}', check: 'luhn', context: ['employee'], show: { last: 2 } }],
        action: 'alert',
      }),
      '/etc/bulkhead/sensors.yaml',
    );

    expect(parsed).toMatchObject({
      ok: true,
      value: {
        dictionaries: [
          {
            id: 'projects',
            terms: ['Nightingale'],
            file: '/etc/bulkhead/lists/projects.txt',
            caseInsensitive: true,
            wholeWords: true,
            confidence: 'high',
          },
        ],
        patterns: [{ id: 'staff', wholeWords: true, check: 'luhn', show: { first: 0, last: 2 } }],
      },
    });
    expect(parsed.ok && parseDataSensor(dataSensorDocument(parsed.value))).toEqual(parsed);
  });

  it('names the path of each problem in a definition', () => {
    const parsed = parseDataSensor(
      document({
        detectors: ['iban'],
        literals: [{ id: 'twice', literal: 'x' }],
        dictionaries: [
          { id: 'twice', terms: ['a'] },
          { id: 'empty' },
          { id: 'blanks', terms: [' a', 'b'.repeat(129)] },
        ],
        patterns: [
          { id: 'email', pattern: 'a' },
          { id: 'bytes', pattern: 'é', check: 'crc' },
        ],
        action: 'alert',
      }),
    );

    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.')).toSorted()).toEqual([
      'spec.dictionaries.1',
      'spec.dictionaries.2.terms.0',
      'spec.dictionaries.2.terms.1',
      'spec.patterns.0.id',
      'spec.patterns.1.check',
      'spec.patterns.1.pattern',
    ]);
  });

  it('refuses one id for detectors of two kinds', () => {
    const parsed = parseDataSensor(
      document({
        literals: [{ id: 'twice', literal: 'x' }],
        dictionaries: [{ id: 'twice', terms: ['a'] }],
        action: 'alert',
      }),
    );

    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.path.join('.'))).toEqual(['spec.dictionaries.0']);
  });
});

describe('thresholds', () => {
  it.each`
    threshold                                         | distinct | windowSeconds
    ${3}                                              | ${3}     | ${undefined}
    ${{ distinct: 3, per: 'session' }}                | ${3}     | ${undefined}
    ${{ distinct: 9, per: 'client', window: '90s' }}  | ${9}     | ${90}
    ${{ distinct: 10, per: 'client', window: '24h' }} | ${10}    | ${86_400}
  `('reads $threshold', ({ threshold, distinct, windowSeconds }) => {
    const parsed = parseDataSensor(document({ detectors: ['iban'], threshold, action: 'capture' }));

    expect(parsed.ok && [parsed.value.threshold, parsed.value.windowSeconds]).toEqual([distinct, windowSeconds]);
    expect(parsed.ok && parseDataSensor(dataSensorDocument(parsed.value))).toEqual(parsed);
  });

  it.each([
    { distinct: 3, per: 'client' },
    { distinct: 3, per: 'client', window: '25h' },
    { distinct: 65, per: 'session' },
  ])('refuses %j', (threshold) => {
    expect(parseDataSensor(document({ detectors: ['iban'], threshold, action: 'alert' })).ok).toBe(false);
  });
});
