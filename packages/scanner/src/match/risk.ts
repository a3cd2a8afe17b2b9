import type { Severity } from '@bulkhead/core';
import type { Risk, VulnerabilityFinding } from '../finding/finding.ts';

/** The middle of CVSS's bands, where there is a word but no score. */
const IMPACT_BY_SEVERITY: Readonly<Record<Severity, number>> = {
  unknown: 5,
  negligible: 1,
  low: 2,
  medium: 5.5,
  high: 8,
  critical: 9.5,
};

/** Predictions speak of the next 30 days only: what nobody exploits yet keeps a tenth of its impact. */
const FLOOR = 0.1;
const RANSOMWARE = 1.1;

/**
 * Risk from 0 to 100: impact × exploitation × ransomware × 100. Impact is the CVSS score or the severity's middle, out of
 * 1; exploitation is 1 for what is known to be exploited, else a tenth and EPSS's probability on the rest; ransomware
 * campaigns add a tenth.
 */
export function riskOf(
  severity: Severity,
  { cvss, epss, kev }: Pick<VulnerabilityFinding, 'cvss' | 'epss' | 'kev'>,
): Risk {
  const impact = (cvss?.score ?? IMPACT_BY_SEVERITY[severity]) / 10;
  const exploitation = kev === undefined ? FLOOR + (1 - FLOOR) * (epss?.probability ?? 0) : 1;
  const ransomware = kev?.ransomware === true ? RANSOMWARE : 1;
  return {
    score: round(Math.min(100, impact * exploitation * ransomware * 100), 1),
    terms: [
      { name: 'impact', value: round(impact, 3) },
      { name: 'exploitation', value: round(exploitation, 3) },
      { name: 'ransomware', value: ransomware },
    ],
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
