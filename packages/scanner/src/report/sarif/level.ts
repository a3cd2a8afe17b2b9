import type { Severity } from '@bulkhead/core';

/** SARIF's own three steps. */
export function sarifLevel(severity: Severity): 'error' | 'warning' | 'note' {
  if (severity === 'critical' || severity === 'high') return 'error';
  return severity === 'medium' ? 'warning' : 'note';
}

/** What GitHub ranks by: a CVSS score as text. Where there is none, the middle of what the severity stands for. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.5',
  negligible: '0.5',
  unknown: '0.1',
};

/** The `security-severity` of a rule. */
export function securitySeverity(severity: Severity, cvss?: { readonly score: number }): string {
  return cvss === undefined || cvss.score <= 0 ? SCORES[severity] : cvss.score.toFixed(1);
}
