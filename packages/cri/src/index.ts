export { CriClient, type CriClientOptions } from './client.ts';
export { CriError, type CriErrorCode } from './error.ts';
export { type WatchOptions, watchWorkloads } from './watch.ts';
export type { ContainerWorkload } from './workload.ts';
