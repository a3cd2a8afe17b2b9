import type { Severity } from '@bulkhead/core';
import type { SecretFinding } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';

/** What a detector's secret opens: whole accounts are critical. Others, and those that users define, are high. */
const SEVERITY_BY_DETECTOR: Readonly<Record<string, Severity>> = {
  'aws-access-key': 'critical',
  'github-token': 'critical',
  // Mostly short-lived, and often an example.
  jwt: 'medium',
  'private-key': 'high',
  'slack-token': 'high',
  'stripe-key': 'critical',
};

/** The secrets of an inventory as findings. */
export function secretFindings({ secrets }: Pick<Inventory, 'secrets'>): readonly SecretFinding[] {
  return secrets.map(({ detector, masked, confidence, line, location }) => ({
    kind: 'secret',
    id: detector,
    severity: Object.hasOwn(SEVERITY_BY_DETECTOR, detector) ? (SEVERITY_BY_DETECTOR[detector] ?? 'high') : 'high',
    confidence,
    masked,
    location: { ...location, line },
  }));
}
