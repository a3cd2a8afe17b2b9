export { ApiConfig } from './config.ts';
export { ApiError, type ApiErrorCode } from './error.ts';
export type { ApiEvent } from './event.ts';
export { runApi } from './run.ts';
