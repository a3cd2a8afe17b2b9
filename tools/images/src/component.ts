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
 * What its environment has. With an arena for each thread, as the C library makes them, a webhook under load keeps 20 MiB that nobody
 * uses: buffers of requests are freed by other threads than those that took them.
 */
export const ENVIRONMENT: Readonly<Record<Component, Readonly<Record<string, string>>>> = {
  agent: {},
  api: {},
  webhook: { MALLOC_ARENA_MAX: '1' },
  worker: {},
  cli: {},
};
