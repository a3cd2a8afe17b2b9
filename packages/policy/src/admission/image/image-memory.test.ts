import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedImage } from '../image-name.ts';
import { chainOf } from './chain.ts';
import { ImageMemory } from './image-memory.ts';
import type { KnownImage } from './known-image.ts';

const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;

describe('ImageMemory', () => {
  it('finds an image by its digest, by that of an index and by a tag, however they are spelt', () => {
    const memory = memoryOf(
      image(1, { indexes: [digestOf(9)], names: ['docker.io/library/web:1'], platform: 'linux/amd64' }),
      image(2, { indexes: [digestOf(9)], names: ['docker.io/library/web:1'], platform: 'linux/arm64' }),
      image(3, { names: ['R.example:443/web:1'] }),
    );

    expect(found(memory, `elsewhere.example/any@${digestOf(1)}`)).toEqual([digestOf(1)]);
    expect(found(memory, `web@${digestOf(9)}`)).toEqual([digestOf(1), digestOf(2)]);
    expect(found(memory, 'index.docker.io/web:1')).toEqual([digestOf(1), digestOf(2)]);
    expect(found(memory, 'r.example/web:1')).toEqual([digestOf(3)]);
    expect(found(memory, 'web')).toEqual([]);
    // Where a digest is written, the tag before it decides nothing.
    expect(found(memory, `web:1@${digestOf(7)}`)).toEqual([]);
  });

  it('finds what an image was built on, for as long as that is known', () => {
    const base = image(1, { chain: chainOf(['a', 'b']), names: ['r.example/base:1'] });
    const app = image(2, { chain: chainOf(['a', 'b', 'c']) });
    const memory = memoryOf(base, app, image(3, { chain: chainOf(['b', 'a']) }), image(4, { chain: [] }), image(5));

    expect(memory.basesOf(app).map(({ digest }) => digest)).toEqual([digestOf(1), digestOf(2)]);
    expect(memory.basesOf(image(5))).toEqual([]);
    memory.set({ ...base, chain: chainOf(['a']) });
    expect(memory.basesOf(app).map(({ digest }) => digest)).toEqual([digestOf(1), digestOf(2)]);
    memory.remove(base.digest);
    expect(memory.basesOf(app).map(({ digest }) => digest)).toEqual([digestOf(2)]);
  });

  it('lets a tag go over to another image', () => {
    const memory = memoryOf(image(1, { names: ['r.example/a:1'] }));
    memory.set(image(1, { names: [] }));
    memory.set(image(2, { names: ['r.example/a:1'] }));

    expect(found(memory, 'r.example/a:1')).toEqual([digestOf(2)]);
    memory.retain(new Set([digestOf(1)]));
    expect(found(memory, 'r.example/a:1')).toEqual([]);
    expect(memory.size).toBe(1);
  });

  it('is after any changes what a map of the last ones is, and keeps each finding once and none too long', () => {
    const change = fc.record({
      digit: fc.integer({ min: 0, max: 4 }),
      remove: fc.boolean(),
      names: fc.uniqueArray(fc.constantFrom('r.example/a:1', 'r.example/a:2', 'r.example/b:1')),
      ids: fc.uniqueArray(fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3')),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const memory = new ImageMemory();
        const last = new Map<string, KnownImage>();
        for (const { digit, remove, names, ids } of changes) {
          const one = image(digit, { names, scan: scanOf(ids) });
          if (remove) memory.remove(one.digest);
          else memory.set(one);
          if (remove) last.delete(one.digest);
          else last.set(one.digest, one);
        }
        const all = [...last.values()];
        for (const name of ['r.example/a:1', 'r.example/a:2', 'r.example/b:1']) {
          const expected = all.filter((one) => one.names.includes(name)).map(({ digest }) => digest);
          expect(found(memory, name)).toEqual(expected.toSorted());
        }
        expect(memory.size).toBe(last.size);
        const different = new Set(all.flatMap(({ scan }) => scan?.vulnerabilities.map(({ id }) => id) ?? []));
        expect(memory.findings).toBe(different.size);
        for (const one of all) expect(memory.find(reference(`x@${one.digest}`))[0]?.scan).toEqual(one.scan);
      }),
    );
  });
});

function image(digit: number, over: Partial<KnownImage> = {}): KnownImage {
  return { digest: digestOf(digit), platform: 'linux/amd64', indexes: [], names: [], ...over };
}

function scanOf(ids: readonly string[]): NonNullable<KnownImage['scan']> {
  const vulnerabilities = ids.map((id) => ({ id, package: 'a 1', severity: 'high' as const }));
  return { scanners: ['vuln'], gaps: 0, vulnerabilities, secrets: [], omitted: { vulnerabilities: 0, secrets: 0 } };
}

function memoryOf(...images: readonly KnownImage[]): ImageMemory {
  const memory = new ImageMemory();
  for (const one of images) memory.set(one);
  return memory;
}

function reference(text: string): NonNullable<ReturnType<typeof namedImage>> {
  const named = namedImage(text);
  if (named === undefined) throw new Error(`${text} is no reference`);
  return named;
}

function found(memory: ImageMemory, text: string): readonly string[] {
  return memory.find(reference(text)).map(({ digest }) => digest);
}
