export { WebhookConfig } from './config.ts';
export { WebhookError, type WebhookErrorCode } from './error.ts';
export { runWebhook } from './run.ts';
