export { QueueError, type QueueErrorCode } from './error.ts';
