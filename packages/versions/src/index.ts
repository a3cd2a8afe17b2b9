export { VERSION_SCHEMES, type VersionComparison, type VersionScheme } from './scheme.ts';
