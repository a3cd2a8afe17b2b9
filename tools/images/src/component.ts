/** What becomes an image of its own. */
export const COMPONENTS = ['agent', 'api', 'webhook', 'worker', 'cli'] as const;
export type Component = (typeof COMPONENTS)[number];

/** The native modules that a component loads. */
export const ADDONS: Readonly<Record<Component, readonly string[]>> = {
  agent: ['inspector', 'nftables', 'sentinel'],
  api: [],
  webhook: [],
  worker: ['inspector'],
  cli: ['inspector', 'nftables', 'sentinel'],
};

/**
 * What Node is started with. A webhook makes half a megabyte of garbage for a review and lives on little: V8 would let the space of
 * young objects grow to 32 MiB, which is more than what lives.
 */
export const NODE_FLAGS: Readonly<Record<Component, readonly string[]>> = {
  agent: [],
  api: [],
  webhook: ['--max-semi-space-size=8'],
  worker: [],
  cli: [],
};

/** Where a component lies in its image. */
export const HOME = '/opt/bulkhead';

/** What an image runs. */
export function entrypointOf(component: Component): readonly string[] {
  return ['/usr/local/bin/node', ...NODE_FLAGS[component], `${HOME}/dist/${component}/main.js`];
}

/** Programs that the agent runs, by the package of Debian that has them. */
export const AGENT_PROGRAMS: Readonly<Record<string, string>> = {
  coreutils: '/usr/bin/cat',
  iptables: '/usr/sbin/xtables-nft-multi',
  nftables: '/usr/sbin/nft',
  'util-linux': '/usr/bin/nsenter',
};
