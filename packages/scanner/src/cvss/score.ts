import type { Severity } from '@bulkhead/core';
import { scoreVersion2 } from './version2.ts';
import { scoreVersion3 } from './version3.ts';
import { scoreVersion4 } from './version4.ts';

/**
 * The base score, 0 to 10, of a CVSS vector of version 2.0, 3.0, 3.1 or 4.0; for 4.0 its threat and environmental
 * metrics count too, as they do in that version. `undefined` for what the standard does not know.
 */
export function scoreVector(vector: string): number | undefined {
  if (vector.startsWith('CVSS:4.0/')) return scoreVersion4(vector.slice('CVSS:4.0/'.length));
  if (/^CVSS:3\.[01]\//.test(vector)) return scoreVersion3(vector.slice('CVSS:3.x/'.length));
  return scoreVersion2(vector);
}

/** The qualitative rating of a score by CVSS 3 and 4; version 2 has none of its own, and NVD rates it likewise. */
export function rateScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}
