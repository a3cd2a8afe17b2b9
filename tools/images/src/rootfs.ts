import { execFile } from 'node:child_process';
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { copyFile, cp, mkdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Puts a program or a library of this machine where it lies here, with every library that it loads. */
export async function putProgram(rootfs: string, path: string, as: string = path): Promise<void> {
  await putFile(rootfs, realpathSync(path), as);
  for (const library of await librariesOf(path)) await putFile(rootfs, realpathSync(library), library);
}

/** Puts a symbolic link as it is here, or nothing where there is none. */
export async function putLink(rootfs: string, path: string): Promise<void> {
  if (!existsSync(path) || !lstatSync(path).isSymbolicLink()) return;
  await mkdir(join(rootfs, dirname(path)), { recursive: true });
  await symlink(await readlink(path), join(rootfs, path)).catch(() => undefined);
}

/** Puts a whole folder of this machine where it lies here. */
export async function putFolder(rootfs: string, path: string): Promise<void> {
  if (existsSync(path)) await cp(path, join(rootfs, path), { recursive: true });
}

/** The folders and files that programs expect of any system. */
export async function putSystem(rootfs: string): Promise<void> {
  for (const folder of ['etc', 'tmp', 'run', 'proc', 'sys', 'dev', 'var'])
    await mkdir(join(rootfs, folder), { recursive: true });
  await writeFile(join(rootfs, 'etc/passwd'), 'root:x:0:0::/root:/\nbulkhead:x:65532:65532::/tmp:/\n');
  await writeFile(join(rootfs, 'etc/group'), 'root:x:0:\nbulkhead:x:65532:\n');
  await writeFile(join(rootfs, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

async function putFile(rootfs: string, source: string, as: string): Promise<void> {
  const to = join(rootfs, as);
  if (existsSync(to)) return;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(source, to);
}

async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await execute('ldd', [program]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)]
    .flatMap(([, path]) => path ?? [])
    .filter((path) => basename(path) !== '');
}
