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
