import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Sentinel } from '../sentinel.ts';

const execFileAsync = promisify(execFile);

const BUILD = join(import.meta.dirname, '../../../build/release');

/** Static programs that are built beside the addon; test/ says what each does. */
const PROGRAMS = {
  'mount-silent': 'mount_silent',
  'open-otherwise': 'open_otherwise',
  'start-memory': 'start_memory',
  'use-files': 'use_files',
};

const APPLETS =
  'cat chmod chroot cp echo grep head id ln ls kill mkdir mount mv pivot_root rm sh sleep touch true umount unshare wc yes'.split(
    ' ',
  );

/** Why containers cannot be made and watched here, or undefined when they can. */
export function missingForContainers(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  if (!existsSync('/bin/busybox')) return '/bin/busybox is missing (Debian: busybox-static)';
  return Sentinel.missing();
}

export interface Outcome {
  /** Of the command; 126 is a shell's word for a program that could not be run. */
  readonly code: number;
  readonly output: string;
}

export interface ContainerOptions {
  /** `folder`: one of the machine, as runtimes without overlays have it. */
  readonly root?: 'overlay' | 'folder';
  /** Whether only the container's parent sees the layers, as where a runtime has mounts of its own. */
  readonly isHidden?: boolean;
}

/**
 * A container made by hand: an overlay of two layers of an image, a volume of the machine's, namespaces for mounts and processes.
 * It has a static busybox in /bin, /usr/bin/dynamic, which has a loader, the programs of test/, and the volume at /data.
 */
export interface TestContainer extends AsyncDisposable {
  readonly pid: number;
  /** Where the machine sees the volume. */
  readonly volume: string;
  /** Runs a command line by a shell inside. */
  sh(line: string): Promise<Outcome>;
  /** Runs a program inside, started from the machine. */
  run(...words: readonly string[]): Promise<Outcome>;
}

export async function startContainer({
  root = 'overlay',
  isHidden = false,
}: ContainerOptions = {}): Promise<TestContainer> {
  const folder = await mkdtemp(join(tmpdir(), 'bh-sentinel-'));
  const volume = join(folder, 'volume');
  const { outside, inside } = await scripts(folder, root, isHidden);
  const init = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', outside], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, INSIDE: inside },
  });
  const ended = new Promise((resolve) => init.once('close', resolve));
  const remove = async (): Promise<void> => {
    init.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for await (const line of createInterface({ input: init.stdout })) if (line === 'ready') break;
    const children = readFileSync(`/proc/${init.pid}/task/${init.pid}/children`, 'utf8');
    const pid = Number(children.trim());
    const run = (...words: readonly string[]): Promise<Outcome> =>
      outcomeOf('nsenter', [`--target=${pid}`, '--mount', '--pid', `--root=/proc/${pid}/root`, ...words]);
    return { pid, volume, run, sh: (line) => run('/bin/sh', '-c', line), [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function outcomeOf(program: string, parameters: readonly string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await execFileAsync(program, parameters, { env: { PATH: '/bin:/usr/bin' } });
    return { code: 0, output: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

interface Scripts {
  /** Run where the process is that starts the container, which stays behind there. */
  readonly outside: string;
  /** What the container's first process does before it is what it stays. */
  readonly inside: string;
}

/** Makes the layers, and gives what makes a container of them. */
async function scripts(folder: string, root: 'overlay' | 'folder', isHidden: boolean): Promise<Scripts> {
  const base = join(folder, 'base');
  const top = join(folder, 'top');
  for (const name of ['bin', 'dev', 'proc', 'tmp', 'data', 'etc', 'old', 'usr/bin']) {
    await mkdir(join(base, name), { recursive: true });
  }
  await mkdir(join(top, 'usr/local/bin'), { recursive: true });
  await mkdir(join(folder, 'upper'));
  await mkdir(join(folder, 'work'));
  await mkdir(join(folder, 'root'));
  await mkdir(join(folder, 'volume'));
  await copyFile('/bin/busybox', join(base, 'bin/busybox'));
  for (const applet of APPLETS) await symlink('busybox', join(base, 'bin', applet));
  await copyFile('/bin/busybox', join(base, 'usr/bin/tool'));
  await copyFile('/bin/busybox', join(top, 'usr/local/bin/echo'));
  for (const [name, program] of Object.entries(PROGRAMS))
    await copyFile(join(BUILD, program), join(base, 'usr/bin', name));
  await writeFile(join(top, 'usr/local/bin/script'), '#!/bin/sh\necho by script\n');
  await chmod(join(top, 'usr/local/bin/script'), 0o755);
  await writeFile(join(base, 'etc/secret'), 'secret\n');
  await copyWithLibraries('/bin/true', base, 'usr/bin/dynamic');
  const at = isHidden ? join(folder, 'hidden') : folder;
  await mkdir(at, { recursive: true });
  const overlay = `mount -t overlay overlay -o lowerdir=${at}/top:${at}/base,upperdir=${at}/upper,workdir=${at}/work root`;
  const inside = `
    mount --make-rprivate /
    cd ${folder}
    ${root === 'overlay' ? overlay : `cp -a base/. top/. root; mount --bind root root`}
    mount --bind volume root/data
    mount -t proc proc root/proc
    mknod root/dev/null c 1 3
    mknod root/dev/fuse c 10 229
    cd root
    pivot_root . old
    exec /bin/busybox chroot . /bin/busybox sh -ec '/bin/umount -l /old; echo ready; exec /bin/sleep 86400'`;
  const outside = `
    mount --make-rprivate /
    ${isHidden ? `mount -t tmpfs none ${at}; cd ${folder}; cp -a base top upper work ${at}` : ''}
    exec unshare --mount sh -ec "$INSIDE"`;
  return { outside, inside };
}

/** Copies a program of the machine and all that it loads. */
async function copyWithLibraries(program: string, root: string, name: string): Promise<void> {
  await copyFile(program, join(root, name));
  const { stdout } = await execFileAsync('ldd', [program]);
  for (const [, library] of stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)) {
    if (library === undefined) continue;
    await mkdir(join(root, library, '..'), { recursive: true });
    await copyFile(library, join(root, library));
  }
}
