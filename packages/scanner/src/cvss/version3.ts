import { parseVector, weigh } from './vector.ts';

const IMPACT = { N: 0, L: 0.22, H: 0.56 } as const;
const WEIGHTS = {
  AV: { P: 0.2, L: 0.55, A: 0.62, N: 0.85 },
  AC: { H: 0.44, L: 0.77 },
  PR: { H: 0.27, L: 0.62, N: 0.85 },
  UI: { R: 0.62, N: 0.85 },
  S: { U: 0, C: 1 },
  C: IMPACT,
  I: IMPACT,
  A: IMPACT,
} as const;
/** Privileges weigh less against a vulnerability that reaches beyond what they were given for. */
const PRIVILEGES_WHEN_CHANGED = new Map([
  [0.62, 0.68],
  [0.27, 0.5],
]);

/** The base score of the metrics after `CVSS:3.0/` or `CVSS:3.1/` (specification 3.1, section 7.1). */
export function scoreVersion3(vector: string): number | undefined {
  const metrics = parseVector(vector);
  const weights = metrics && weigh(metrics, WEIGHTS);
  if (weights === undefined) return undefined;
  const { AV, AC, PR, UI, S, C, I, A } = weights;
  const changed = S === 1;
  const base = 1 - (1 - C) * (1 - I) * (1 - A);
  const impact = changed ? 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 : 6.42 * base;
  if (impact <= 0) return 0;
  const privileges = changed ? (PRIVILEGES_WHEN_CHANGED.get(PR) ?? PR) : PR;
  const exploitability = 8.22 * AV * AC * privileges * UI;
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/** Appendix A of the specification: up to one decimal, in whole numbers, so that 4.0000000001 stays 4.0. */
function roundUp(value: number): number {
  const whole = Math.round(value * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
