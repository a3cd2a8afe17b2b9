import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openProcessRoot, openTree, type TreeOptions } from './open-tree.ts';

const ALONE = readdirSync('/').filter((name) => name !== 'etc');

/** Paths of files that a tree offers. */
async function filesOf(tree: ReturnType<typeof openTree>): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  const visitor = {
    folder: () => undefined,
    whiteout: () => undefined,
    file: ({ path }: { readonly path: string }) => void files.add(path),
  };
  await tree.visitTree(visitor, new AbortController().signal);
  return files;
}

describe('the root of a process', () => {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) process.stderr.write('skipped: a process with a root of its own: not root\n');

  it('is what the process sees as its own', async () => {
    expect(await filesOf(openProcessRoot(process.pid, { leaveOut: ALONE }))).toContain('etc/passwd');
  });

  it.skipIf(!isRoot)('is not that of who asks, where it is another', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-root-'));
    // In a mount namespace of its own, and then in that folder as its root: as a container is.
    const script = `mount --bind "$0" "$0" && cd "$0" && mkdir -p old volume && mount -t tmpfs none volume &&
      touch volume/inside own && pivot_root . old && echo ready && read line`;
    const child = spawn('unshare', ['--mount', 'sh', '-c', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const rootOf = async (options: TreeOptions): Promise<ReadonlySet<string>> =>
        filesOf(openProcessRoot(child.pid ?? 0, { ...options, leaveOut: ['old'] }));
      expect(String(await once(child.stdout, 'data'))).toBe('ready\n');

      const all = await rootOf({});
      expect(all).toContain('volume/inside');
      expect(all).not.toContain('etc/passwd');
      expect(await rootOf({ leaveOutMounts: 'all' })).toEqual(new Set(['own']));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is none where there is no such process', () => {
    expect(() => openProcessRoot(2 ** 22 + 1)).toThrow('it has ended');
  });
});

it('leaves a folder in the tree that nothing is mounted on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-tree-'));
  try {
    await writeFile(join(folder, 'file'), '');
    expect(await filesOf(openTree(folder, { leaveOutMounts: 'all' }))).toEqual(new Set(['file']));
  } finally {
    await rm(folder, { recursive: true });
  }
});
