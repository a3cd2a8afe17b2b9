import { basename } from 'node:path';
import type { Conclusion } from '@bulkhead/lab';
import { ADDONS, AGENT_PROGRAMS, HOME } from '../component.ts';
import type { Containers } from './containers.ts';
import { platformOf } from './platform.ts';

/** Loads every module, which says what it has, and starts every program, which says its version or that it has no netfilter. */
const LOOK = `
const { spawnSync } = require('node:child_process');
const [home, modules, programs] = process.argv.slice(1);
const loaded = modules.split(',').map((name) => [name, Object.keys(require(home + '/build/release/' + name + '.node')).length]);
const started = programs.split(',').map((path) => {
  const { error, stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return [path, error === undefined ? (stdout + stderr).split('\\n')[0] : error.message];
});
console.log(JSON.stringify({ arch: process.arch, loaded, started }));
`;

interface Seen {
  readonly arch: string;
  readonly loaded: readonly (readonly [string, number])[];
  readonly started: readonly (readonly [string, string])[];
}

/**
 * What can be tried of an agent for another processor: QEMU's user mode has no netfilter, so that it cannot protect anything.
 * Modules of Node need all they load when they are loaded, and so do programs.
 */
export async function tryEmulatedAgent(containers: Containers): Promise<Conclusion> {
  const programs = Object.values(AGENT_PROGRAMS)
    .map((path) => (basename(path) === 'xtables-nft-multi' ? '/usr/sbin/iptables-nft' : path))
    .join(',');
  const printed = await containers.run({
    component: 'agent',
    command: ['/usr/local/bin/node', '-e', LOOK, HOME, ADDONS.agent.join(','), programs],
    folders: {},
  });
  const seen = JSON.parse(printed) as Seen;
  return {
    seen: `${seen.loaded.map(([name]) => name).join(', ')} loaded; ${seen.started.map(([, said]) => said).join(', ')}`,
    checks: {
      [`its Node is one for ${seen.arch}`]: platformOf(seen.arch) === containers.platform,
      'a module has nothing': seen.loaded.every(([, exported]) => exported > 0),
      'a program does not start': seen.started.every(([, said]) => /\d\.\d|Protocol not supported/.test(said)),
    },
    evidence: { seen },
  };
}
