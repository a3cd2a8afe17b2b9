// What those need who keep watched registries and their scans: `@bulkhead/scanner/registry` loads none of the scanner.
export { findDifference, isUnchanged } from './difference.ts';
export { isWanted } from './name-pattern.ts';
export { covers, IMAGE_SCANNERS } from './stored-scan.ts';
export { WatchedRegistry } from './watched-registry.ts';
