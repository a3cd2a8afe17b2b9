import { readFileSync } from 'node:fs';
import { isName } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { DETECTORS, findDetector } from './catalogue.ts';

const HEADER = new URL('../../../../native/inspector/include/bulkhead/detector.hpp', import.meta.url);

describe('the detector catalogue', () => {
  it('holds the ids and strengths of the inspector, in its order', () => {
    const source = readFileSync(HEADER, 'utf8');
    const table = [...source.matchAll(/\{"([a-z0-9-]+)", Strength::([a-z_]+)\}/g)].map((match) => ({
      id: match[1],
      strength: match[2]?.replaceAll('_', '-'),
    }));

    expect(table.length).toBeGreaterThan(0);
    expect(DETECTORS.map(({ id, strength }) => ({ id, strength }))).toEqual(table);
  });

  it('names every detector once, by a name a policy can hold', () => {
    const ids = DETECTORS.map((detector) => detector.id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(isName(id)).toBe(true);
  });

  it('finds a detector by id and nothing by another text', () => {
    expect(findDetector('iban')?.norm).toContain('ISO 13616');
    expect(findDetector('constructor')).toBeUndefined();
  });
});
