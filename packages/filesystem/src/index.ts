export { FilesystemError, type FilesystemErrorCode } from './error.ts';
export { CONTAINER_STORES, type HostOptions, scanHost } from './host.ts';
export type { Foreign, Mount } from './mounts.ts';
export { openProcessRoot, openTree, type TreeOptions } from './open-tree.ts';
