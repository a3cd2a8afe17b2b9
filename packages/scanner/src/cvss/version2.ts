import { parseVector, weigh } from './vector.ts';

const WEIGHTS = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: { N: 0, P: 0.275, C: 0.66 },
  I: { N: 0, P: 0.275, C: 0.66 },
  A: { N: 0, P: 0.275, C: 0.66 },
} as const;

/** The base score of a CVSS 2.0 vector (guide, section 3.2.1). */
export function scoreVersion2(vector: string): number | undefined {
  const metrics = parseVector(vector);
  const weights = metrics && weigh(metrics, WEIGHTS);
  if (weights === undefined) return undefined;
  const { AV, AC, Au, C, I, A } = weights;
  const impact = 10.41 * (1 - (1 - C) * (1 - I) * (1 - A));
  const exploitability = 20 * AV * AC * Au;
  const score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176);
  return Math.round(score * 10) / 10;
}
