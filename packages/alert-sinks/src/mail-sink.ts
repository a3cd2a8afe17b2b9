import { alertMail } from '@bulkhead/alerts';
import { createTransport } from 'nodemailer';
import type { SinkConfigOf } from './config.ts';
import { readSecretFile, readSinkFile } from './secret-file.ts';
import { type AlertSink, DELIVERED, failedForGood, failedForNow, type SendOutcome } from './sink.ts';

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;
/** A server that greylists or looks a name up first takes seconds. */
const STEP_MS = 20_000;

/** Mail by SMTP. */
export function mailSink(config: SinkConfigOf<'email'>): AlertSink {
  const { from, to, maxAlerts } = config;
  return {
    maxAlerts,
    async send(alerts, signal) {
      const transport = createTransport(await optionsOf(config));
      const abort = (): void => transport.close();
      signal.addEventListener('abort', abort, { once: true });
      try {
        const { subject, text } = alertMail(alerts);
        // Only what a Message-ID takes without quotes.
        const id = (alerts[0]?.id ?? '').replace(/[^\w.-]/g, '_');
        await transport.sendMail({
          from,
          to,
          subject,
          text,
          // The same for each try: who got it twice sees it once.
          messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Bulkhead-Alert': id },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return DELIVERED;
      } catch (error) {
        return failureOf(error);
      } finally {
        signal.removeEventListener('abort', abort);
        transport.close();
      }
    },
  };
}

async function optionsOf({ host, port, security, user, passwordFile, caFile }: SinkConfigOf<'email'>) {
  return {
    host,
    port: port ?? PORTS[security],
    secure: security === 'tls',
    // Without the first, STARTTLS is used where offered and otherwise not: anybody between could take the offer away.
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    socketTimeout: STEP_MS,
    tls: { minVersion: 'TLSv1.2' as const, ...(caFile !== undefined && { ca: await readSinkFile(caFile, 'caFile') }) },
    ...(user !== undefined &&
      passwordFile !== undefined && { auth: { user, pass: await readSecretFile(passwordFile, 'passwordFile') } }),
  };
}

/** A reply from 500 on lasts (RFC 5321, 4.2.1), except about the sign-in: a password may be on its way. */
function failureOf(error: unknown): SendOutcome {
  const { responseCode, message } = error as { readonly responseCode?: number; readonly message: string };
  return responseCode !== undefined && responseCode >= 500 ? failedForGood(message) : failedForNow(message);
}
