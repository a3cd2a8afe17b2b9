import { alertmanagerAlerts, signatureOf, slackMessage, webhookBody } from '@bulkhead/alerts';
import type { SinkConfigOf } from '../config.ts';
import { AlertSinkError } from '../error.ts';
import { readSecretFile } from '../secret-file.ts';
import type { AlertSink } from '../sink.ts';
import { httpSink } from './http-sink.ts';

const MINUTE_MS = 60_000;

/** Any receiver of JSON; signed where there is a secret. */
export function webhookSink(config: SinkConfigOf<'webhook'>, version: string): AlertSink {
  const { secretFile, format } = config;
  return httpSink(config, async (alerts) => {
    const body = webhookBody(alerts, format, version);
    const url = new URL(config.url);
    const id = { 'bulkhead-delivery': alerts[0]?.id ?? '' };
    if (secretFile === undefined) return { url, body, headers: id };
    const seconds = Math.floor(Date.now() / 1_000);
    const signature = signatureOf(await readSecretFile(secretFile, 'secretFile'), seconds, body);
    const headers = { ...id, 'bulkhead-timestamp': String(seconds), 'bulkhead-signature': signature };
    return { url, body, headers };
  });
}

/** An incoming webhook of Slack, or of what takes the same messages. */
export function slackSink(config: SinkConfigOf<'slack'>): AlertSink {
  return httpSink(config, async (alerts) => {
    const address = await readSecretFile(config.urlFile, 'urlFile');
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (url?.protocol !== 'https:') {
      // The address is a secret: the error does not repeat it.
      const what = `cannot use ${JSON.stringify(config.urlFile)} as urlFile`;
      throw new AlertSinkError('UNUSABLE_FILE', { what, why: 'what it has is no https address' });
    }
    return { url, body: JSON.stringify(slackMessage(alerts)) };
  });
}

/** Alertmanager, by its API version 2. */
export function alertmanagerSink(config: SinkConfigOf<'alertmanager'>): AlertSink {
  const { tokenFile, firingMinutes } = config;
  const url = new URL(`${config.url.replace(/\/+$/, '')}/api/v2/alerts`);
  return httpSink(config, async (alerts) => {
    const body = JSON.stringify(alertmanagerAlerts(alerts, firingMinutes * MINUTE_MS));
    if (tokenFile === undefined) return { url, body };
    return { url, body, headers: { authorization: `Bearer ${await readSecretFile(tokenFile, 'tokenFile')}` } };
  });
}
