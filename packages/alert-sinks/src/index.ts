export { AlertSinkConfig, AlertSinkConfigs, targetOf } from './config.ts';
export { AlertSinkError, type AlertSinkErrorCode } from './error.ts';
export { openAlertSink } from './open-sink.ts';
export type { AlertSink, SendOutcome } from './sink.ts';
