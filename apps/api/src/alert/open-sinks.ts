import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type AlertSink, type AlertSinkConfig, openAlertSink, type SendOutcome } from '@bulkhead/alert-sinks';
import { testAlert } from '@bulkhead/alerts';
import type { Clock } from '@bulkhead/core';
import manifest from '../../package.json' with { type: 'json' };

/** A configured receiver, ready to be sent to. */
export interface OpenSink {
  readonly config: AlertSinkConfig;
  readonly sink: AlertSink;
}

/** The receivers of a configuration, by name. */
export function openSinks(configs: readonly AlertSinkConfig[]): ReadonlyMap<string, OpenSink> {
  const speaker = { hostname: hostname(), processId: process.pid, version: manifest.version };
  return new Map(configs.map((config) => [config.name, { config, sink: openAlertSink(config, speaker) }]));
}

/** Sends one alert that says it is a test, past the filter, the rate limit and everything that waits. */
export function tryOut({ config, sink }: OpenSink, clock: Clock, signal: AbortSignal): Promise<SendOutcome> {
  return sink.send([testAlert(randomUUID(), config.name, new Date(clock.now()).toISOString())], signal);
}
