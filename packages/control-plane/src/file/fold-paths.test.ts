import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldPaths, type WrittenPath } from './fold-paths.ts';

const file = (path: string): WrittenPath => ({ path, isFolder: false });
const folder = (path: string): WrittenPath => ({ path, isFolder: true });
const many = (count: number, name: (at: number) => string): readonly WrittenPath[] =>
  Array.from({ length: count }, (_, at) => file(name(at)));

const foldersOf = (paths: readonly WrittenPath[], most: number): readonly string[] =>
  foldPaths(paths, most).map((one) => one.folder);

/** What is left: what no folder stands for, and the folders. */
const leftOf = (paths: readonly WrittenPath[], most: number): number => {
  const folded = foldPaths(paths, most);
  return paths.length - folded.reduce((sum, one) => sum + one.paths.length, 0) + folded.length;
};

describe('foldPaths', () => {
  it('has folders of many names stand for them, and leaves others as they are', () => {
    const paths = [file('/etc/passwd'), ...many(65, (at) => `/tmp/${at}`), ...many(64, (at) => `/data/${at}`)];
    const [tmp, ...others] = foldPaths(paths, 100);
    expect(tmp).toEqual({ folder: '/tmp', paths: many(65, (at) => `/tmp/${at}`) });
    expect(others).toEqual([]);
  });

  it('counts folders within as names, and takes what is in them', () => {
    const paths = many(65, (at) => `/var/spool/${at}/data`);
    expect(foldPaths(paths, 10)).toEqual([{ folder: '/var/spool', paths }]);
  });

  it('takes folders of fewer names where that is not enough, in the end the root', () => {
    const paths = Array.from({ length: 20 }, (_, at) => many(20, (name) => `/${at}/${name}`)).flat();
    expect(foldersOf(paths, 30)).toHaveLength(20);
    expect(foldersOf(paths, 10)).toEqual(['/']);
    expect(foldersOf([file('/a'), file('/b')], 1)).toEqual(['/']);
  });

  it('adds to a folder that stands for names already', () => {
    const paths = [folder('/tmp'), file('/tmp/a'), file('/tmp/b/c'), file('/tmpfile')];
    expect(foldPaths(paths, 9)).toEqual([{ folder: '/tmp', paths: paths.slice(0, 3) }]);
    expect(foldPaths([folder('/'), file('/a')], 9)).toEqual([{ folder: '/', paths: [folder('/'), file('/a')] }]);
  });

  it('goes no deeper than it has to, however deep paths are', () => {
    const deep = `/${'x/'.repeat(2_000)}`;
    const paths = many(70, (at) => `${deep}${at}`);
    expect(foldersOf(paths, 8)).toEqual([`/${'x/'.repeat(32)}`.slice(0, -1)]);
  });

  it('leaves no more than is let, names each path once, and has each be within its folder', () => {
    const part = fc.oneof(fc.constantFrom('a', 'b', '', '.', '*', '?', 'é'), fc.nat(99).map(String));
    const path = fc.record({
      path: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
      isFolder: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(path, { maxLength: 300, size: 'max' }), fc.integer({ min: 1, max: 300 }), (paths, most) => {
        const folded = foldPaths(paths, most);
        const taken = folded.flatMap((one) => one.paths);
        expect(new Set(taken).size).toBe(taken.length);
        for (const { folder: name, paths: within } of folded) {
          const prefix = name === '/' ? name : `${name}/`;
          for (const one of within) expect(`${one.path}/`.startsWith(prefix)).toBe(true);
        }
        expect(leftOf(paths, most)).toBeLessThanOrEqual(most);
      }),
    );
  });
});
