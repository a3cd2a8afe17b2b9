import type { Alert } from '@bulkhead/alerts';
import { AlertSinkConfig } from '../config.ts';
import { openAlertSink } from '../open-sink.ts';
import type { AlertSink, SendOutcome } from '../sink.ts';

const SPEAKER = { hostname: 'api-0', processId: 42, version: '1.2.3' };

/** An alert with some text for a title. */
export function alertWith(title: string, id = 'a-1'): Alert {
  const at = '2026-11-26T12:00:00.000Z';
  return {
    id,
    kind: 'finding',
    severity: 'high',
    title,
    at,
    firstSeen: at,
    lastSeen: at,
    count: 1,
    cause: 'c0ffee',
    namespace: 'shop',
    workload: 'web-1',
  };
}

/** The sink of a configuration as a person writes it. */
export function sinkOf(config: Readonly<Record<string, unknown>>): AlertSink {
  return openAlertSink(AlertSinkConfig.parse({ name: 'test', ...config }), SPEAKER);
}

export function send(sink: AlertSink, ...alerts: readonly Alert[]): Promise<SendOutcome> {
  return sink.send(alerts, new AbortController().signal);
}
