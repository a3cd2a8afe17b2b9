import type { Severity } from '@bulkhead/core';
import { type Alert, MAX_ID, MAX_KIND, MAX_NAME, MAX_TITLE } from '../alert.ts';
import { line } from '../line.ts';
import { PRODUCT, presentOnly } from './product.ts';

/** 0 to 10, as the format has it. */
const SEVERITY: Readonly<Record<Severity, number>> = {
  unknown: 0,
  negligible: 1,
  low: 3,
  medium: 5,
  high: 8,
  critical: 10,
};

/** Strings that the format leaves to the product: each always in the same one. */
const SLOT = { namespace: 'cs1', workload: 'cs2', rule: 'cs3' } as const;

/**
 * An alert in ArcSight's Common Event Format, version 0 (implementation standard, revision 25): one line, of which the header is
 * cut by unescaped `|` and the extension by unescaped `=`. `version` is the product's.
 */
export function cefLine(alert: Alert, version: string): string {
  const { kind, severity, title, namespace, workload, rule } = alert;
  const head = [PRODUCT, PRODUCT, version, kind, title].map(header).join('|');
  const custom = presentOnly({ namespace, workload, rule }).flatMap(([label, value]) => [
    `${SLOT[label]}Label=${label}`,
    `${SLOT[label]}=${extension(value, MAX_NAME)}`,
  ]);
  const fields = [
    `externalId=${extension(alert.id, MAX_ID)}`,
    `rt=${Date.parse(alert.at)}`,
    `start=${Date.parse(alert.firstSeen)}`,
    `end=${Date.parse(alert.lastSeen)}`,
    `cat=${extension(kind, MAX_KIND)}`,
    `cnt=${alert.count}`,
    `msg=${extension(title, MAX_TITLE)}`,
    ...custom,
    ...(alert.incident === undefined ? [] : ['cn1Label=incident', `cn1=${alert.incident}`]),
  ];
  return `CEF:0|${head}|${SEVERITY[severity]}|${fields.join(' ')}`;
}

function header(text: string): string {
  return line(text, MAX_TITLE).replace(/[\\|]/g, '\\$&');
}

function extension(text: string, maxLength: number): string {
  return line(text, maxLength).replace(/[\\=]/g, '\\$&');
}
