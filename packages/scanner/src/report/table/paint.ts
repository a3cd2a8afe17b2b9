import type { Severity } from '@bulkhead/core';

/** Puts colours around words that say the same without them. */
export interface Paint {
  severity(severity: Severity, text: string): string;
  strong(text: string): string;
  warning(text: string): string;
}

const COLOURS: Readonly<Record<Severity, string>> = {
  critical: '\u001b[1;31m',
  high: '\u001b[31m',
  medium: '\u001b[33m',
  low: '\u001b[36m',
  negligible: '\u001b[2m',
  unknown: '\u001b[2m',
};
const RESET = '\u001b[0m';

/** Colours where the reader can see them, plain text elsewhere. */
export function paint(colour: boolean): Paint {
  const wrap = (code: string, text: string): string => (colour ? `${code}${text}${RESET}` : text);
  return {
    severity: (severity, text) => wrap(COLOURS[severity], text),
    strong: (text) => wrap('\u001b[1m', text),
    warning: (text) => wrap('\u001b[33m', text),
  };
}
