import type { PolicyProblem, PolicySource } from '@bulkhead/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PolicyVersion, settle } from './settle.ts';

/** A document names what it needs: `a b` needs the documents a and b; `!` is wrong in itself. */
function check(sources: readonly PolicySource[]): PolicyProblem[] {
  const known = new Set(sources.map(({ file }) => file));
  return sources.flatMap(({ file, text }) =>
    text
      .split(' ')
      .filter((word) => word !== '' && !known.has(word))
      .map((word) => ({ file, path: ['spec'], message: `no ${word}` })),
  );
}

function versions(texts: Readonly<Record<string, string>>, generation = 2): PolicyVersion[] {
  return Object.entries(texts).map(([file, text]) => ({ file, text, generation }));
}

function byFile(list: readonly PolicyVersion[]): ReadonlyMap<string, PolicyVersion> {
  return new Map(list.map((version) => [version.file, version]));
}

describe('settle', () => {
  it('has all in force that has no problem', () => {
    const current = versions({ a: 'b', b: '' });

    expect(settle(current, new Map(), check)).toEqual({ inForce: current, problems: new Map() });
  });

  it('leaves out what has a problem, and not the others', () => {
    const { inForce, problems } = settle(versions({ a: '', b: '!', c: 'a' }), new Map(), check);

    expect(inForce.map(({ file }) => file)).toEqual(['a', 'c']);
    expect(problems.get('b')).toEqual([{ file: 'b', path: ['spec'], message: 'no !' }]);
  });

  it('keeps the last valid version of what has a problem now, and with it those that need it', () => {
    const before = byFile(versions({ a: '', b: '' }, 1));
    const { inForce, problems } = settle(versions({ a: '!', b: 'a' }), before, check);

    expect(inForce).toEqual([
      { file: 'a', text: '', generation: 1 },
      { file: 'b', text: 'a', generation: 2 },
    ]);
    expect([...problems.keys()]).toEqual(['a']);
  });

  it('leaves out what cannot stand without what was left out, and its last version too', () => {
    const before = byFile(versions({ b: 'a' }, 1));
    const { inForce, problems } = settle(versions({ a: '!', b: 'a a', c: '' }), before, check);

    expect(inForce.map(({ file }) => file)).toEqual(['c']);
    expect([...problems.keys()]).toEqual(['a', 'b']);
  });

  it('has nothing in force that has a problem, and says one of each that is not', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const text = fc.array(fc.constantFrom(...names, '!'), { maxLength: 2 }).map((words) => words.join(' '));
    const set = fc.dictionary(fc.constantFrom(...names), text);
    fc.assert(
      fc.property(set, set, (now, earlier) => {
        const current = versions(now);
        const { inForce, problems } = settle(current, byFile(versions(earlier, 1)), check);

        expect(check(inForce)).toEqual([]);
        for (const version of current) expect(inForce.includes(version)).toBe(!problems.has(version.file));
      }),
    );
  });
});
