import type { Severity } from '@bulkhead/core';
import { type Alert, MAX_NAME, MAX_TITLE } from '../alert.ts';
import { line } from '../line.ts';
import { cefLine } from './cef.ts';
import { ocsfAlert } from './ocsf.ts';
import { presentOnly } from './product.ts';

/** What the message part of a syslog message is. */
export const SYSLOG_FORMATS = ['text', 'cef', 'ocsf'] as const;
export type SyslogFormat = (typeof SYSLOG_FORMATS)[number];

/** Who speaks. */
export interface SyslogSpeaker {
  readonly hostname: string;
  readonly processId: number;
  /** The product's. */
  readonly version: string;
}

export interface SyslogOptions {
  readonly format: SyslogFormat;
  /** 0 to 23 (RFC 5424, 6.2.1). */
  readonly facility: number;
  /** Private enterprise number in the name of the structured data; 32473 is the one for examples (RFC 5612). */
  readonly enterpriseId: number;
}

/** More than any alert makes in any format, which a test proves; far less than a datagram takes. */
export const MAX_SYSLOG_BYTES = 16_384;

/** RFC 5424, 6.2.1: critical, error, warning, notice, informational. */
const SEVERITY: Readonly<Record<Severity, number>> = {
  critical: 2,
  high: 3,
  medium: 4,
  low: 5,
  negligible: 6,
  unknown: 5,
};

const APP_NAME = 'bulkhead';
const MAX_HOSTNAME = 255;
const MAX_MESSAGE_ID = 32;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * An alert as one RFC 5424 message without framing, to be sent as UTF-8. It has no control character, so that no way of
 * framing can be broken by what is in it, and at most `MAX_SYSLOG_BYTES`.
 */
export function syslogMessage(alert: Alert, speaker: SyslogSpeaker, options: SyslogOptions): string {
  const { kind, severity, namespace, workload, rule } = alert;
  const priority = options.facility * 8 + SEVERITY[severity];
  const head = [
    `<${priority}>1`,
    alert.at,
    token(speaker.hostname, MAX_HOSTNAME),
    APP_NAME,
    String(speaker.processId),
    token(kind, MAX_MESSAGE_ID),
  ].join(' ');
  const { id, count, cause, incident } = alert;
  const parameters = presentOnly({ id, kind, severity, count, namespace, workload, rule, incident, cause }).map(
    ([name, value]) => `${name}="${parameter(value)}"`,
  );
  const text = messageOf(alert, speaker.version, options.format);
  // Without the mark a receiver takes text as of an unknown character set (6.4). Formats say themselves what they are of: before
  // JSON the mark is forbidden (RFC 8259, 8.1), and CEF with something before it is no CEF.
  const mark = options.format === 'text' && /[^\x20-\x7E]/.test(text) ? BYTE_ORDER_MARK : '';
  return `${head} [${APP_NAME}@${options.enterpriseId} ${parameters.join(' ')}] ${mark}${text}`;
}

function messageOf(alert: Alert, version: string, format: SyslogFormat): string {
  switch (format) {
    case 'cef':
      return cefLine(alert, version);
    case 'ocsf':
      return JSON.stringify(ocsfAlert(alert, version));
    default:
      return line(alert.title, MAX_TITLE);
  }
}

/** A field of the header: printable ASCII without spaces, `-` where nothing is left. */
function token(text: string, maxLength: number): string {
  const kept = text.slice(0, maxLength).replace(/[^\x21-\x7E]/g, '_');
  return kept === '' ? '-' : kept;
}

/** A PARAM-VALUE (6.3.3): `"`, `\` and `]` are escaped. */
function parameter(text: string): string {
  return line(text, MAX_NAME).replace(/["\\\]]/g, '\\$&');
}
