export { FilesystemError, type FilesystemErrorCode } from './error.ts';
export { type HostOptions, scanHost } from './host.ts';
export type { Foreign, Mount } from './mounts.ts';
export { openTree, type TreeOptions } from './open-tree.ts';
