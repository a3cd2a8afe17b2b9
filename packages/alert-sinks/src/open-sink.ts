import { line, type SyslogSpeaker } from '@bulkhead/alerts';
import { CodedError } from '@bulkhead/core';
import type { AlertSinkConfig } from './config.ts';
import { alertmanagerSink, slackSink, webhookSink } from './http/sinks.ts';
import { type AlertSink, failedForNow } from './sink.ts';
import { syslogSink } from './syslog/syslog-sink.ts';

/** What one message may take; a receiver that is slower counts as one that does not answer. */
const SEND_MS = 30_000;
/** What is kept of a failure: some receivers say much. */
const MAX_PROBLEM = 500;

/** The sink of a configuration. It opens nothing until something is sent. */
export function openAlertSink(config: AlertSinkConfig, speaker: SyslogSpeaker): AlertSink {
  return bounded(() => sinkOf(config, speaker), config.maxAlerts);
}

async function sinkOf(config: AlertSinkConfig, speaker: SyslogSpeaker): Promise<AlertSink> {
  switch (config.kind) {
    case 'syslog':
      return syslogSink(config, speaker);
    case 'webhook':
      return webhookSink(config, speaker.version);
    case 'slack':
      return slackSink(config);
    case 'alertmanager':
      return alertmanagerSink(config);
    default: {
      // Half a megabyte of code that only those load who send mail.
      const { mailSink } = await import('./mail-sink.ts');
      return mailSink(config);
    }
  }
}

/** A sink that never rejects, never takes longer than it may, and whose problems are one line. */
function bounded(open: () => Promise<AlertSink>, maxAlerts: number): AlertSink {
  let opening: Promise<AlertSink> | undefined;
  return {
    maxAlerts,
    async send(alerts, signal) {
      const timeout = AbortSignal.timeout(SEND_MS);
      const ended = AbortSignal.any([signal, timeout]);
      try {
        opening ??= open();
        const outcome = await (await opening).send(alerts, ended);
        return outcome.outcome === 'failed' ? { ...outcome, problem: line(outcome.problem, MAX_PROBLEM) } : outcome;
      } catch (error) {
        const problem = timeout.aborted ? `it did not answer within ${SEND_MS / 1_000} seconds` : problemOf(error);
        return failedForNow(line(problem, MAX_PROBLEM));
      }
    },
  };
}

function problemOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(problemOf).join('; ');
  if (error instanceof CodedError && error.fix !== undefined) return `${error.message}; ${error.fix}`;
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
