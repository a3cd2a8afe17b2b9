export {
  compareVersions,
  MAX_VERSION_LENGTH,
  orderVersions,
  type ParsedVersion,
  parseVersion,
  type VersionReading,
} from './compare.ts';
export { type Order, VERSION_SCHEMES, type VersionComparison, type VersionScheme } from './scheme.ts';
