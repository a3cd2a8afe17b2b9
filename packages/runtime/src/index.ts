export { type ConfigInput, ENVIRONMENT_PREFIX, loadConfig } from './config/load.ts';
export { RuntimeError, type RuntimeErrorCode } from './error.ts';
export { createLineWriter, type LineWriter, type LineWriterOptions } from './line-writer.ts';
export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from './logger.ts';
export { createMetrics, type Metrics } from './metrics/registry.ts';
export { type HealthServer, type HealthServerOptions, serveHealth, startHealthServer } from './metrics/server.ts';
export { type Service, serviceMain } from './service.ts';
export { createShutdown, type Shutdown, type ShutdownOptions, type SignalSource } from './shutdown.ts';
