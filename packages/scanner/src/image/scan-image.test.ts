import { describe, expect, it } from 'vitest';
import type { FileEntry, Reader } from '../reader/reader.ts';
import type { LayerReport } from './layer-report.ts';
import type { EntryVisitor, ImageSource, LayerCache } from './ports.ts';
import { scanImage } from './scan-image.ts';

/** What a layer brings: a file's text, a link (`-> target`), or a whiteout (`-`). */
type Layer = Readonly<Record<string, string>>;

function sourceOf(layers: readonly Layer[], visited: string[] = []): ImageSource {
  const descriptors = layers.map((_, index) => ({
    diffId: `sha256:${index}`,
    digest: `sha256:${index}`,
    mediaType: '',
    size: 10 * (index + 1),
  }));
  const config = { digest: 'sha256:c', os: 'linux', architecture: 'amd64', env: [], labels: {} };
  return {
    image: { name: 'test', digest: 'sha256:i', config, layers: descriptors },
    visitLayer: (layer, visitor, _signal, onBytes) => {
      onBytes?.(layer.size ?? 0);
      visited.push(layer.diffId);
      const content = layers[descriptors.findIndex(({ diffId }) => diffId === layer.diffId)] ?? {};
      for (const [path, text] of Object.entries(content)) give(visitor, path, text);
      return Promise.resolve({ entries: Object.keys(content).length, storedBytes: 1, bytes: 1 });
    },
    close: () => Promise.resolve(),
  };
}

function give(visitor: EntryVisitor, path: string, text: string): void {
  if (text === '-') return visitor.whiteout(path, 'removed');
  const isLink = text.startsWith('-> ');
  const entry: FileEntry = isLink
    ? { path, size: 0, mode: 0o777, kind: 'symlink', target: text.slice(3) }
    : { path, size: text.length, mode: 0o644, kind: 'file' };
  const sink = visitor.file(entry);
  if (sink === undefined) return;
  // Byte by byte: what readers find must not depend on how content arrives.
  let wanted = true;
  for (const byte of Buffer.from(text)) if (wanted) wanted = sink.write(Buffer.from([byte]));
  sink.end(true);
}

const names: Reader = {
  id: 'names',
  version: 1,
  mode: 'whole',
  maxBytes: 20,
  wants: ({ path }) => path.endsWith('.names'),
  read: (_file, content) => ({
    facts: [
      {
        kind: 'packages',
        packages: content
          .toString()
          .split(' ')
          .map((name) => ({ type: 'generic', name, version: '1' })),
      },
    ],
    gaps: content.includes('?') ? [{ code: 'corrupt', message: 'a question' }] : [],
  }),
};

async function packagesOf(layers: readonly Layer[], readers: readonly Reader[] = [names]): Promise<string[]> {
  const { inventory } = await scanImage(sourceOf(layers), readers);
  return inventory.packages.map(({ name, location }) => `${name} in ${location.path} of ${location.layer ?? ''}`);
}

describe('scanImage', () => {
  it('finds the packages that are left, each with the layer that brought it', async () => {
    const layers = [{ 'a.names': 'x y', 'b.names': 'z' }, { 'a.names': 'w' }, { 'b.names': '-', 'c.names': 'v' }];
    expect(await packagesOf(layers)).toEqual(['v in c.names of sha256:2', 'w in a.names of sha256:1']);
  });

  it('keeps gaps apart from what was found', async () => {
    const { inventory } = await scanImage(sourceOf([{ 'a.names': 'what? x', 'b.names': 'b'.repeat(21) }]), [names]);
    expect(inventory.packages).toHaveLength(2);
    expect(inventory.gaps).toEqual([
      { code: 'corrupt', message: 'a question', path: 'a.names', reader: 'names', layer: 'sha256:0' },
      expect.objectContaining({ code: 'too-large', path: 'b.names', reader: 'names' }),
    ]);
  });

  it('takes a reader that throws for a file that could not be looked at', async () => {
    const throwing: Reader = {
      ...names,
      read: () => {
        throw new Error('never seen such a thing');
      },
    };
    const { inventory } = await scanImage(sourceOf([{ 'a.names': 'x' }]), [throwing]);
    expect(inventory.gaps).toEqual([expect.objectContaining({ code: 'corrupt', path: 'a.names' })]);
    expect(inventory.gaps[0]?.message).toContain('never seen such a thing');
  });

  it('reads what a well-known name links to, under that name, from the layer that has it', async () => {
    const layers = [{ 'data/odd': 'old' }, { 'data/odd': 'x', 'well-known.names': '-> data/odd' }, { other: 'y' }];
    expect(await packagesOf(layers)).toEqual(['x in well-known.names of sha256:1']);
    expect(await packagesOf([...layers, { 'data/odd': '-' }])).toEqual([]);
    expect(await packagesOf([{ 'a.names': '-> a.names', 'b.names': '-> nowhere' }])).toEqual([]);
  });

  it('does not read twice what is found under its own name', async () => {
    const visited: string[] = [];
    const layers = [{ 'real.names': 'x', 'link.names': '-> real.names' }];
    const { inventory } = await scanImage(sourceOf(layers, visited), [names]);
    expect(inventory.packages).toHaveLength(1);
    expect(visited).toEqual(['sha256:0']);
  });

  it('follows links on the way to the files that packages own', async () => {
    const owner: Reader = {
      ...names,
      id: 'owner',
      wants: ({ path }) => path === 'owned',
      read: (_file, content) => ({
        facts: [{ kind: 'owned-files', owner: { type: 'deb', name: 'tool' }, paths: content.toString().split(' ') }],
        gaps: [],
      }),
    };
    const { inventory } = await scanImage(sourceOf([{ owned: 'bin/a etc/b', bin: '-> usr/bin' }]), [owner]);
    expect([...inventory.ownerByPath.keys()]).toEqual(['usr/bin/a', 'etc/b']);
  });

  it('does not keep what a reader of ours failed on', async () => {
    const kept = new Map<string, LayerReport>();
    const cache: LayerCache = {
      get: (key) => Promise.resolve(kept.get(key)),
      put: (key, report) => Promise.resolve(void kept.set(key, report)),
    };
    const throwing: Reader = {
      ...names,
      read: () => {
        throw new Error('our fault');
      },
    };
    await scanImage(sourceOf([{ 'a.names': 'x' }, { b: 'y' }]), [throwing], cache);
    expect(kept.size).toBe(1);
  });

  it('asks the cache first and fetches only layers it does not know', async () => {
    const kept = new Map<string, LayerReport>();
    const cache: LayerCache = {
      get: (key) => Promise.resolve(kept.get(key)),
      put: (key, report) => Promise.resolve(void kept.set(key, report)),
    };
    const visited: string[] = [];
    const layers = [{ 'a.names': 'x' }, { 'b.names': 'y' }];
    const first = await scanImage(sourceOf(layers, visited), [names], cache);
    const bytes: number[] = [];
    const second = await scanImage(sourceOf(layers, visited), [names], cache, { onBytes: (some) => bytes.push(some) });
    expect(second.inventory).toEqual(first.inventory);
    expect(second.layers.map(({ cached }) => cached)).toEqual([true, true]);
    expect(bytes.toSorted((a, b) => a - b)).toEqual([10, 20]);
    expect(visited).toHaveLength(2);
    await scanImage(sourceOf(layers, visited), [{ ...names, version: 2 }], cache);
    expect(visited).toHaveLength(4);
  });

  it('has no result when a layer has none, and waits until no layer is in work', async () => {
    const source = sourceOf([{ a: 'x' }, { b: 'y' }, { c: 'z' }]);
    let inWork = 0;
    const failing: ImageSource = {
      ...source,
      visitLayer: async (layer) => {
        inWork += 1;
        await new Promise((resolve) => setTimeout(resolve, layer.diffId === 'sha256:0' ? 1 : 20));
        inWork -= 1;
        if (layer.diffId === 'sha256:0') throw new Error('corrupt');
        return { entries: 0, storedBytes: 0, bytes: 0 };
      },
    };
    await expect(scanImage(failing, [names])).rejects.toThrow('corrupt');
    expect(inWork).toBe(0);
  });
});
