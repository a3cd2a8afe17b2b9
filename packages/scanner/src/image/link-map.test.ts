import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkMap } from './link-map.ts';

function linkMap(links: Readonly<Record<string, string>>): LinkMap {
  const map = new LinkMap();
  for (const [path, target] of Object.entries(links)) map.set({ path, target, kind: 'symlink' });
  return map;
}

describe('LinkMap', () => {
  it.each([
    ['etc/os-release', { 'etc/os-release': '../usr/lib/os-release' }, 'usr/lib/os-release'],
    ['etc/os-release', { 'etc/os-release': '/usr/lib/os-release' }, 'usr/lib/os-release'],
    ['lib/x', { lib: 'usr/lib' }, 'usr/lib/x'],
    ['a/x', { a: 'b', b: 'c/d', 'c/d': '/e' }, 'e/x'],
    ['a/../x', { a: 'b/c' }, 'b/x'],
    ['a', { a: '../../../../etc/passwd' }, 'etc/passwd'],
    ['plain/file', {}, 'plain/file'],
  ])('follows %s through %j to %s', (path, links, target) => {
    expect(linkMap(links).resolve(path)).toBe(target);
  });

  it.each([[{ a: 'a' }], [{ a: 'b', b: 'a' }], [{ a: 'a/b' }], [{ a: 'b/x', b: 'a/x' }]])(
    'ends in the loop %j',
    (links) => {
      expect(linkMap(links).resolve('a/file')).toBeUndefined();
      expect(linkMap(links).inRealFolder('a/file')).toBe('a/file');
    },
  );

  it('leaves the last segment alone where only the folder is asked for', () => {
    expect(linkMap({ lib: 'usr/lib', 'usr/lib/a': 'b' }).inRealFolder('lib/a')).toBe('usr/lib/a');
  });

  it('never leaves the root and never hangs, whatever links there are', () => {
    const name = fc.constantFrom('a', 'b', 'c', '..', '.', '');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    const law = fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a/b', 'b/c'), path), path, (links, start) => {
      const end = linkMap(links).resolve(start) ?? '';
      return !end.split('/').includes('..');
    });
    expect(() => fc.assert(law)).not.toThrow();
  });
});
