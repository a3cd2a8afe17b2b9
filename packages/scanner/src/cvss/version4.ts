import { type MacroVector, scoreMacroVector } from './macro-vector.ts';
import { parseVector } from './vector.ts';

/** The values of each metric that counts, worst first; the distance of two values is their distance in this list. */
const LEVELS = {
  AV: 'NALP',
  AC: 'LH',
  AT: 'NP',
  PR: 'NLH',
  UI: 'NPA',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'SHLN',
  SA: 'SHLN',
  E: 'APU',
  CR: 'HML',
  IR: 'HML',
  AR: 'HML',
} as const;
type Metric = keyof typeof LEVELS;
type Metrics = Readonly<Record<Metric, string>>;

/** What stands for a threat or environmental metric that is not defined: the worst. */
const DEFAULTS: Partial<Metrics> = { E: 'A', CR: 'H', IR: 'H', AR: 'H' };

/** The worst vectors of each equivalence class (tables 24 to 30), and how many steps lead from them to its mildest. */
interface Class {
  readonly worst: readonly Partial<Metrics>[];
  readonly depth: number;
}
const EQ1: readonly Class[] = [
  { worst: [{ AV: 'N', PR: 'N', UI: 'N' }], depth: 1 },
  {
    worst: [
      { AV: 'A', PR: 'N', UI: 'N' },
      { AV: 'N', PR: 'L', UI: 'N' },
      { AV: 'N', PR: 'N', UI: 'P' },
    ],
    depth: 4,
  },
  {
    worst: [
      { AV: 'P', PR: 'N', UI: 'N' },
      { AV: 'A', PR: 'L', UI: 'P' },
    ],
    depth: 5,
  },
];
const EQ2: readonly Class[] = [
  { worst: [{ AC: 'L', AT: 'N' }], depth: 1 },
  {
    worst: [
      { AC: 'H', AT: 'N' },
      { AC: 'L', AT: 'P' },
    ],
    depth: 2,
  },
];
/** EQ3 and EQ6 hang together: the first index is EQ3, the second EQ6. */
const EQ3_EQ6: readonly (readonly (Class | undefined)[])[] = [
  [
    { worst: [impact('HHH', 'HHH')], depth: 7 },
    { worst: [impact('HHL', 'MMH'), impact('HHH', 'MMM')], depth: 6 },
  ],
  [
    { worst: [impact('LHH', 'HHH'), impact('HLH', 'HHH')], depth: 8 },
    {
      worst: [
        impact('LHL', 'HMH'),
        impact('LHH', 'HMM'),
        impact('HLH', 'MHM'),
        impact('HLL', 'MHH'),
        impact('LLH', 'HHM'),
      ],
      depth: 8,
    },
  ],
  [undefined, { worst: [impact('LLL', 'HHH')], depth: 10 }],
];
const EQ4: readonly Class[] = [
  { worst: [{ SC: 'H', SI: 'S', SA: 'S' }], depth: 6 },
  { worst: [{ SC: 'H', SI: 'H', SA: 'H' }], depth: 5 },
  { worst: [{ SC: 'L', SI: 'L', SA: 'L' }], depth: 4 },
];

/** The score of the metrics after `CVSS:4.0/` (specification 4.0, section 8.2). */
export function scoreVersion4(vector: string): number | undefined {
  const metrics = effectiveMetrics(vector);
  if (metrics === undefined) return undefined;
  if ((['VC', 'VI', 'VA', 'SC', 'SI', 'SA'] as const).every((name) => metrics[name] === 'N')) return 0;

  const macro = classify(metrics);
  const [eq1, eq2, eq3, eq4, eq5, eq6] = macro;
  const score = scoreMacroVector(macro) ?? 0;
  const steps = [
    { below: scoreMacroVector([eq1 + 1, eq2, eq3, eq4, eq5, eq6]), share: distance(metrics, EQ1[eq1]) },
    { below: scoreMacroVector([eq1, eq2 + 1, eq3, eq4, eq5, eq6]), share: distance(metrics, EQ2[eq2]) },
    { below: belowImpact(macro), share: distance(metrics, EQ3_EQ6[eq3]?.[eq6]) },
    { below: scoreMacroVector([eq1, eq2, eq3, eq4 + 1, eq5, eq6]), share: distance(metrics, EQ4[eq4]) },
    // A class of EQ5 has one vector: there is no distance in it, but it counts in the mean.
    { below: scoreMacroVector([eq1, eq2, eq3, eq4, eq5 + 1, eq6]), share: 0 },
  ].flatMap(({ below, share }) => (below === undefined ? [] : (score - below) * share));
  const mean = steps.length === 0 ? 0 : steps.reduce((sum, step) => sum + step, 0) / steps.length;
  // The smallest tenth that floating point may have lost.
  return Math.round((Math.max(0, Math.min(10, score - mean)) + 1e-6) * 10) / 10;
}

/** The next class below in EQ3 and EQ6 together; from the top there are two ways down, and the higher one counts. */
function belowImpact([eq1, eq2, eq3, eq4, eq5, eq6]: MacroVector): number | undefined {
  const milder = scoreMacroVector([eq1, eq2, eq3, eq4, eq5, eq6 + 1]);
  const lower = scoreMacroVector([eq1, eq2, eq3 + 1, eq4, eq5, eq6]);
  if (eq3 === 0 && eq6 === 0) return Math.max(milder ?? 0, lower ?? 0);
  return eq6 === 0 ? milder : lower;
}

/** Environmental metrics replace the base metric they modify; what is not defined counts as the worst. */
function effectiveMetrics(vector: string): Metrics | undefined {
  const given = parseVector(vector);
  if (given === undefined) return undefined;
  const metrics: Partial<Record<Metric, string>> = {};
  for (const name of Object.keys(LEVELS) as Metric[]) {
    const [modified, base] = [given.get(`M${name}`), given.get(name)];
    // SI and SA can only be S (safety) where they are modified.
    if ((name === 'SI' || name === 'SA') && base === 'S') return undefined;
    const value = isDefined(modified) ? modified : isDefined(base) ? base : DEFAULTS[name];
    if (value === undefined || !LEVELS[name].includes(value)) return undefined;
    metrics[name] = value;
  }
  return metrics as Metrics;
}

function isDefined(value: string | undefined): value is string {
  return value !== undefined && value !== 'X';
}

function classify({ AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA, E, CR, IR, AR }: Metrics): MacroVector {
  const open = [AV, PR, UI].filter((value) => value === 'N').length;
  const safety = SI === 'S' || SA === 'S';
  const required = (CR === 'H' && VC === 'H') || (IR === 'H' && VI === 'H') || (AR === 'H' && VA === 'H');
  return [
    open === 3 ? 0 : open > 0 && AV !== 'P' ? 1 : 2,
    AC === 'L' && AT === 'N' ? 0 : 1,
    VC === 'H' && VI === 'H' ? 0 : [VC, VI, VA].includes('H') ? 1 : 2,
    safety ? 0 : [SC, SI, SA].includes('H') ? 1 : 2,
    'APU'.indexOf(E),
    required ? 0 : 1,
  ];
}

/** How far down its class a vector lies, from 0 to 1, measured from the first worst vector that is above it. */
function distance(metrics: Metrics, of: Class | undefined): number {
  for (const worst of of?.worst ?? []) {
    const steps = (Object.keys(worst) as Metric[]).map(
      (name) => LEVELS[name].indexOf(metrics[name]) - LEVELS[name].indexOf(worst[name] ?? ''),
    );
    if (steps.every((step) => step >= 0)) return steps.reduce((sum, step) => sum + step, 0) / (of?.depth ?? 1);
  }
  return 0;
}

function impact([VC, VI, VA]: string, [CR, IR, AR]: string): Partial<Metrics> {
  return { VC: VC ?? '', VI: VI ?? '', VA: VA ?? '', CR: CR ?? '', IR: IR ?? '', AR: AR ?? '' };
}
