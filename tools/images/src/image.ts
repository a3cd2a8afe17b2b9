import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImage } from '@bulkhead/cri/test-support';
import { bundle } from './bundle.ts';
import { AGENT_PROGRAMS, type Component, entrypointOf, HOME } from './component.ts';
import { putFolder, putLink, putProgram, putSystem } from './rootfs.ts';

/** Whom all components but the agent run as. */
export const USER = '65532:65532';

/** Other names of `xtables-nft-multi`. */
const AGENT_LINKS = [
  'iptables-nft',
  'ip6tables-nft',
  'iptables-nft-restore',
  'ip6tables-nft-restore',
  'iptables-nft-save',
  'ip6tables-nft-save',
];

/**
 * Makes a component's image from this checkout and this machine's own Node and libraries, for clusters that tests start:
 * no registry and no other image is needed. Gives the path of an OCI archive in `folder`.
 */
export async function makeTestImage(component: Component, name: string, folder: string): Promise<string> {
  const rootfs = await mkdtemp(join(tmpdir(), 'bulkhead-image-'));
  try {
    await putSystem(rootfs);
    await bundle(component, join(rootfs, HOME));
    await putProgram(rootfs, process.execPath, '/usr/local/bin/node');
    for (const addon of globSync('build/release/*.node', { cwd: join(rootfs, HOME) })) {
      await putProgram(rootfs, join(rootfs, HOME, addon), join(HOME, addon));
    }
    if (component === 'agent') await putAgentPrograms(rootfs);
    await mkdir(folder, { recursive: true });
    return await writeImage({ folder, rootfs, name, config: configOf(component) });
  } finally {
    await rm(rootfs, { recursive: true, force: true });
  }
}

async function putAgentPrograms(rootfs: string): Promise<void> {
  for (const program of Object.values(AGENT_PROGRAMS)) await putProgram(rootfs, program);
  for (const link of AGENT_LINKS) await putLink(rootfs, `/usr/sbin/${link}`);
  // Loaded by name, one for each match and target.
  for (const plugin of globSync('/usr/lib/*-linux-gnu/xtables')) await putFolder(rootfs, plugin);
}

function configOf(component: Component): Readonly<Record<string, unknown>> {
  return {
    Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NODE_ENV=production'],
    Entrypoint: entrypointOf(component),
    ...(component !== 'agent' && { User: USER }),
  };
}
