import { existsSync, globSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImage } from '@bulkhead/cri/test-support';
import { USER } from './image.ts';
import { putFolder, putProgram, putSystem } from './rootfs.ts';

/** What is installed beside the components for evaluation and for tests. */
export const SERVICES = ['postgres', 'redis', 'registry'] as const;
export type Service = (typeof SERVICES)[number];

/** What the chart starts a service with, on the system that its image is. */
const SHELL = ['/bin/sh', '/usr/bin/cat', '/usr/bin/sed', '/usr/bin/mv', '/usr/bin/rm'];

/** Makes the image of a service from this machine's own programs, as `makeTestImage` does those of components. */
export async function makeServiceImage(service: Service, name: string, folder: string): Promise<string> {
  const rootfs = await mkdtemp(join(tmpdir(), 'bulkhead-image-'));
  try {
    await putSystem(rootfs);
    for (const program of SHELL) await putProgram(rootfs, program);
    const path = await PUT[service](rootfs);
    await mkdir(folder, { recursive: true });
    const config = { Env: [`PATH=${path}:/usr/bin:/bin`], User: USER };
    return await writeImage({ folder, rootfs, name, config });
  } finally {
    await rm(rootfs, { recursive: true, force: true });
  }
}

/** Each gives where its programs are. */
const PUT: Readonly<Record<Service, (rootfs: string) => Promise<string>>> = {
  async postgres(rootfs) {
    const home = globSync('/usr/lib/postgresql/*').toSorted().at(-1);
    if (home === undefined) throw new Error('there is no PostgreSQL to make an image of (Debian: postgresql)');
    for (const program of ['initdb', 'postgres', 'pg_isready']) await putProgram(rootfs, `${home}/bin/${program}`);
    // What initdb has loaded; the rest of its library are extensions.
    for (const library of ['dict_snowball', 'plpgsql']) await putProgram(rootfs, `${home}/lib/${library}.so`);
    await putFolder(rootfs, home.replace('/lib/', '/share/'));
    await putFolder(rootfs, '/usr/share/zoneinfo/Etc');
    return `${home}/bin`;
  },
  async redis(rootfs) {
    await putProgram(rootfs, required('/usr/bin/redis-server', 'redis-server'));
    return '/usr/bin';
  },
  async registry(rootfs) {
    // Under the name that it has in the image of its makers.
    await putProgram(rootfs, required('/usr/bin/docker-registry', 'docker-registry'), '/bin/registry');
    return '/bin';
  },
};

function required(program: string, debian: string): string {
  if (!existsSync(program)) throw new Error(`${program} is missing, to make an image of it (Debian: ${debian})`);
  return program;
}
