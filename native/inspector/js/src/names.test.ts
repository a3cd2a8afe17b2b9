import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CONFIDENCES,
  DIRECTION_SCOPES,
  DIRECTIONS,
  ENCODINGS,
  EXCEPTION_POLICIES,
  LOCATIONS,
  PROTOCOLS,
  policyBytes,
  STRENGTHS,
  TRAFFIC_EXCEPTIONS,
  VERDICTS,
} from './names.ts';

describe('names', () => {
  it.each`
    header         | enumeration          | names
    ${'detection'} | ${'Confidence'}      | ${CONFIDENCES}
    ${'program'}   | ${'Verdict'}         | ${VERDICTS}
    ${'program'}   | ${'DirectionScope'}  | ${DIRECTION_SCOPES}
    ${'packet'}    | ${'Direction'}       | ${DIRECTIONS}
    ${'field'}     | ${'Protocol'}        | ${PROTOCOLS}
    ${'field'}     | ${'Location'}        | ${LOCATIONS}
    ${'encoding'}  | ${'Encoding'}        | ${ENCODINGS}
    ${'detector'}  | ${'Strength'}        | ${STRENGTHS}
    ${'exception'} | ${'Exception'}       | ${TRAFFIC_EXCEPTIONS}
    ${'exception'} | ${'ExceptionPolicy'} | ${EXCEPTION_POLICIES}
  `('of $enumeration are those of the C++ header, in order', ({ header, enumeration, names }) => {
    const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

    expect(names.map(plain)).toEqual(enumerators(header, enumeration).map(plain));
  });
});

describe('policyBytes', () => {
  it('gives alert to what is not named', () => {
    const bytes = policyBytes({ gap: 'block', truncatedPacket: 'pass', overlap: undefined });

    expect(bytes[TRAFFIC_EXCEPTIONS.indexOf('gap')]).toBe(2);
    expect(bytes[TRAFFIC_EXCEPTIONS.indexOf('truncatedPacket')]).toBe(0);
    expect(bytes[TRAFFIC_EXCEPTIONS.indexOf('overlap')]).toBe(1);
  });

  it('refuses unknown exceptions and policies', () => {
    expect(() => policyBytes({ gaps: 'block' })).toThrow('unknown exception "gaps"');
    expect(() => policyBytes({ gap: 'drop' })).toThrow('unknown policy "drop" for gap');
  });
});

function enumerators(header: string, enumeration: string): string[] {
  const text = readFileSync(new URL(`../../include/bulkhead/${header}.hpp`, import.meta.url), 'utf8');
  const body = new RegExp(`enum class ${enumeration} : [^{]*\\{([^}]*)\\}`).exec(text)?.[1] ?? '';
  const code = body.replaceAll(/\/\/.*/g, '');
  return code
    .split(',')
    .map((name) => name.replace(/=.*/, '').trim())
    .filter((name) => name !== '');
}
