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
 * What Node is started with. The webhook holds what is known of thousands of images, and its limit of memory is small: left to
 * itself, V8 lets the heap grow to three times what lives in it while that is read.
 */
export const NODE_FLAGS: Readonly<Record<Component, readonly string[]>> = {
  agent: [],
  api: [],
  webhook: ['--max-semi-space-size=4', '--heap-growing-percent=20'],
  worker: [],
  cli: [],
};
