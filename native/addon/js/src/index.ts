export { AddonError, type LoadFailure, typedBy } from './error.ts';
export { loadAddon } from './load-addon.ts';
