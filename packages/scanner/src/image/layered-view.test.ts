import { describe, expect, it } from 'vitest';
import type { LayerReport } from './layer-report.ts';
import { LayeredView } from './layered-view.ts';

type Parts = Partial<Omit<LayerReport, 'files'>> & { readonly files?: readonly string[] };

/** A layer in which every one of these files holds a fact. */
function layer(diffId: string, { files = [], ...parts }: Parts): LayerReport {
  return {
    diffId,
    status: 'complete',
    files: files.map((path) => ({ path, reader: 'test', facts: [{ kind: 'packages', packages: [] }] })),
    removed: [],
    opaque: [],
    replaced: files,
    folders: [],
    links: [],
    gaps: [],
    ...parts,
  };
}

function liveAfter(...layers: readonly Parts[]): string[] {
  const view = new LayeredView();
  for (const [index, parts] of layers.entries()) view.apply(layer(`layer ${index}`, parts));
  return [...view.files].map(({ path, layer: from }) => `${path} from ${from}`).toSorted();
}

describe('layers applied over each other', () => {
  it('keep what nothing replaces, each with its own layer', () => {
    expect(liveAfter({ files: ['a', 'b'] }, { files: ['c'] })).toEqual([
      'a from layer 0',
      'b from layer 0',
      'c from layer 1',
    ]);
  });

  it('take the later of two files at one path', () => {
    expect(liveAfter({ files: ['a'] }, { files: ['a'] })).toEqual(['a from layer 1']);
  });

  it('lose the facts of a file that a later one without facts replaces', () => {
    expect(liveAfter({ files: ['a', 'b'] }, { replaced: ['a'] })).toEqual(['b from layer 0']);
  });

  it('lose a removed file and everything in a removed folder, but not what only begins alike', () => {
    expect(liveAfter({ files: ['a', 'd/x', 'd/e/y', 'dd/z'] }, { removed: ['a', 'd'] })).toEqual(['dd/z from layer 0']);
  });

  it('lose what lay in a folder that becomes opaque, but not what the same layer puts there', () => {
    expect(liveAfter({ files: ['d/x', 'e/y'] }, { files: ['d/new'], opaque: ['d'] })).toEqual([
      'd/new from layer 1',
      'e/y from layer 0',
    ]);
    expect(liveAfter({ files: ['d/x'] }, { opaque: [''] })).toEqual([]);
  });

  it('lose a folder that becomes a file and a file that becomes a folder', () => {
    expect(liveAfter({ files: ['d/x'] }, { replaced: ['d'] })).toEqual([]);
    expect(liveAfter({ files: ['d'] }, { folders: ['d'], files: ['d/x'] })).toEqual(['d/x from layer 1']);
  });

  it('keep what was removed and came back', () => {
    expect(liveAfter({ files: ['a'] }, { removed: ['a'] }, { files: ['a'] })).toEqual(['a from layer 2']);
  });

  it('put a file where the link on its way leads', () => {
    const links = [{ path: 'lib', target: 'usr/lib', kind: 'symlink' }] as const;
    expect(liveAfter({ files: ['usr/lib/db'], links }, { files: ['lib/db'] })).toEqual(['usr/lib/db from layer 1']);
    expect(liveAfter({ files: ['usr/lib/db'], links }, { removed: ['lib/db'] })).toEqual([]);
  });

  it('put a file into the folder that replaces such a link', () => {
    const links = [{ path: 'lib', target: 'usr/lib', kind: 'symlink' }] as const;
    expect(liveAfter({ files: ['usr/lib/db'], links }, { folders: ['lib'], files: ['lib/db'] })).toEqual([
      'lib/db from layer 1',
      'usr/lib/db from layer 0',
    ]);
  });

  it('drop the gaps of files that are gone and keep those of whole layers', () => {
    const view = new LayeredView();
    const gaps = [
      { code: 'corrupt', message: 'one', path: 'a' },
      { code: 'limit', message: 'two' },
    ] as const;
    view.apply(layer('0', { gaps }));
    view.apply(layer('1', { removed: ['a'] }));
    expect([...view.gaps, ...[...view.files].flatMap((file) => file.gaps)]).toEqual([
      { code: 'limit', message: 'two' },
    ]);
  });
});
