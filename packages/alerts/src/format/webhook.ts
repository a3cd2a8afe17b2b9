import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Alert, MAX_ID, MAX_KIND, MAX_NAME, MAX_TITLE } from '../alert.ts';
import { line } from '../line.ts';
import { ocsfAlert } from './ocsf.ts';
import { PRODUCT } from './product.ts';

export const WEBHOOK_FORMATS = ['json', 'ocsf'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** How old a signed request may be for `isSigned`, and how far ahead: clocks differ. */
const TOLERANCE_SECONDS = 300;

/** The body of a request: alerts as they are, or an array of OCSF events. */
export function webhookBody(alerts: readonly Alert[], format: WebhookFormat, version: string): string {
  if (format === 'ocsf') return JSON.stringify(alerts.map((alert) => ocsfAlert(alert, version)));
  return JSON.stringify({ version: 1, product: { name: PRODUCT, version }, alerts: alerts.map(plain) });
}

/** The value of the header `Bulkhead-Signature`: HMAC-SHA256 over the seconds since the epoch, a full stop and the body. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/** What a receiver checks: the signature, and that the request is not an old one sent again. */
export function isSigned(
  { secret, now }: { readonly secret: string; readonly now: number },
  { seconds, body, signature }: { readonly seconds: number; readonly body: string; readonly signature: string },
): boolean {
  if (!(Math.abs(now - seconds) <= TOLERANCE_SECONDS)) return false;
  const [given, made] = [Buffer.from(signature), Buffer.from(signatureOf(secret, seconds, body))];
  return given.length === made.length && timingSafeEqual(given, made);
}

/** As one line each, for receivers that print what they get. */
function plain(alert: Alert): Alert {
  const { namespace, workload, rule } = alert;
  return {
    ...alert,
    id: line(alert.id, MAX_ID),
    cause: line(alert.cause, MAX_ID),
    kind: line(alert.kind, MAX_KIND),
    title: line(alert.title, MAX_TITLE),
    ...(namespace !== undefined && { namespace: line(namespace, MAX_NAME) }),
    ...(workload !== undefined && { workload: line(workload, MAX_NAME) }),
    ...(rule !== undefined && { rule: line(rule, MAX_NAME) }),
  };
}
