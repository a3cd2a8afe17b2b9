export { WorkerConfig } from './config.ts';
export { WorkerError, type WorkerErrorCode } from './error.ts';
export { runWorker } from './run.ts';
