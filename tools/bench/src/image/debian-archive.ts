import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { run } from '@bulkhead/lab';

const SUITE = 'bookworm';
const SOURCES = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];

/**
 * A root of Debian's essential packages as an archive in the form of `docker save`, about 90 MB with one gzip layer. Made
 * once, which takes root, debootstrap and the mirror that apt is set up for, and then kept in a folder.
 */
export async function debianArchive(folder: string, say: (text: string) => void): Promise<string> {
  const archive = join(folder, `debian-${SUITE}.tar`);
  if (existsSync(archive)) return archive;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'bulkhead-debian-'));
  try {
    const root = join(work, 'root');
    say(`  debootstrap of ${SUITE}: some minutes, once ...\n`);
    await run('debootstrap', ['--variant=minbase', SUITE, root, mirror()]);
    const made = await imageArchive(root, work);
    await rename(made, archive).catch(() => run('cp', [made, archive]));
    return archive;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function mirror(): string {
  for (const file of SOURCES) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    const found = /^URIs:\s*(\S+)/m.exec(text)?.[1] ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/m.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('apt names no mirror of Debian');
}

async function imageArchive(root: string, work: string): Promise<string> {
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  const tar = join(work, 'layer.tar');
  await run('tar', [...reproducible, '-C', root, '-cf', tar, '.']);
  const layer = join(work, 'layer.tar.gz');
  await pipeline(createReadStream(tar), createGzip(), createWriteStream(layer));
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(tar)}`] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [`debian:${SUITE}`], Layers: ['layer.tar.gz'] }];
  await writeFile(join(work, 'config.json'), JSON.stringify(config));
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(work, 'image.tar');
  await run('tar', ['-C', work, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar.gz']);
  return archive;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** The layer of such an archive in a file of its own. */
export async function extractLayer(archive: string, folder: string): Promise<{ file: string; bytes: number }> {
  await run('tar', ['-C', folder, '-xf', archive, 'layer.tar.gz']);
  const file = join(folder, 'layer.tar.gz');
  return { file, bytes: (await stat(file)).size };
}
