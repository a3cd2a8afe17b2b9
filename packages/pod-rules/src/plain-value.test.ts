import { describe, expect, it } from 'vitest';
import { at } from './object.ts';
import { plainValue } from './plain-value.ts';

describe('plainValue', () => {
  const value = plainValue({ a: [{ b: 0, c: null }], d: false }, (path) => path.length);

  it('reads maps, lists and scalars, and says where they stand', () => {
    const [first] = value.get('a').items();

    expect(first?.get('b')).toMatchObject({ scalar: 0, exists: true, line: 3 });
    expect(first?.get('c').exists).toBe(false);
    expect(value.get('d').scalar).toBe(false);
    expect(value.keys()).toEqual(['a', 'd']);
  });

  it('has values for what is absent, and nothing of a prototype', () => {
    expect(at(value, ['x', 'y'])).toMatchObject({ exists: false, scalar: undefined, line: 2 });
    expect(at(value, ['constructor', 'name']).exists).toBe(false);
    expect(value.get('a').get('length').exists).toBe(false);
    expect(plainValue(JSON.parse('{"__proto__": {"hostPID": true}}')).get('hostPID').exists).toBe(false);
  });
});
