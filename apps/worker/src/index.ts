export { WorkerError, type WorkerErrorCode } from './error.ts';
