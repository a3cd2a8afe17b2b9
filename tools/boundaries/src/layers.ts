export const LAYERS = ['kernel', 'domain', 'adapter', 'test', 'native', 'app', 'console', 'tool'] as const;
export type Layer = (typeof LAYERS)[number];

/** The layers that live in each top folder. */
export const LAYERS_BY_FOLDER: Readonly<Record<string, readonly Layer[]>> = {
  packages: ['kernel', 'domain', 'adapter', 'test'],
  native: ['native'],
  apps: ['app', 'console'],
  tools: ['tool'],
};

export interface Member {
  readonly name: string;
  readonly layer: Layer;
}

const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  kernel: [],
  domain: ['kernel'],
  adapter: ['kernel', 'domain'],
  test: ['kernel', 'domain', 'adapter'],
  native: [],
  app: ['kernel', 'domain', 'adapter', 'native'],
  console: ['kernel', 'domain'],
  tool: ['kernel', 'domain', 'adapter', 'test', 'native', 'tool'],
};

/** Configuration, logs and metrics: what every adapter needs and none should write again. */
const SHARED_ADAPTER = '@bulkhead/runtime';
/** How native modules are built and loaded. */
const SHARED_NATIVE = '@bulkhead/addon';
/** These tools run the product as its user would. */
const TOOLS_OVER_APPS = ['@bulkhead/demo', '@bulkhead/bench'];

/** Whether one member of the workspace may import another; whatever is not written here is forbidden. */
export function mayImport(from: Member, to: Member, inTest: boolean): boolean {
  if (MAY_IMPORT[from.layer].includes(to.layer)) return true;
  if (from.layer === 'adapter' && to.name === SHARED_ADAPTER) return true;
  if (from.layer === 'native' && to.name === SHARED_NATIVE) return true;
  if (TOOLS_OVER_APPS.includes(from.name) && to.layer === 'app') return true;
  return inTest && to.layer === 'test';
}

/** The layers whose code does no I/O: it takes values, and ports that an app wires. */
export function isPure(layer: Layer): boolean {
  return layer === 'kernel' || layer === 'domain';
}

/** The modules of Node that only compute. */
export const PURE_BUILTINS: ReadonlySet<string> = new Set([
  'assert',
  'buffer',
  'crypto',
  'events',
  // Loads code, as an import does.
  'module',
  'path',
  'querystring',
  'stream',
  'string_decoder',
  'url',
  'util',
  'zlib',
]);
