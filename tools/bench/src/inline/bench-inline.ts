import { type Measure, median } from '../measure.ts';
import { RATE_CASES, requestTimes } from './cases.ts';
import { openInlineLab } from './inline-lab.ts';

export interface InlineOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (text: string) => void;
}

const LATENCY_BARS = { p50: 60, p99: 200 } as const;

/**
 * Measures what inspection costs, on real traffic through a router: each case on the plain and on the inspected path
 * in turn, several rounds, medians. All ends share the machine's cores with the inspector.
 */
export async function benchInline({ rounds, seconds, say }: InlineOptions): Promise<readonly Measure[]> {
  const lab = await openInlineLab();
  try {
    const measures: Measure[] = [];
    for (const { name, unit, bar, measure } of RATE_CASES) {
      say(`  ${name}\n`);
      const plain: number[] = [];
      const inspected: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        plain.push(await measure(lab.plain, seconds));
        inspected.push(await measure(lab.inspected, seconds));
      }
      const value = median(inspected) / median(plain);
      measures.push({
        name,
        value,
        unit: 'of plain',
        bar,
        detail: { plain: median(plain), inspected: median(inspected), unit },
      });
    }
    say('  added latency\n');
    measures.push(...(await addedLatency(lab, rounds, seconds)));
    return measures;
  } finally {
    await lab.close();
  }
}

async function addedLatency(
  lab: Awaited<ReturnType<typeof openInlineLab>>,
  rounds: number,
  seconds: number,
): Promise<readonly Measure[]> {
  const samples = { plain: [] as (readonly number[])[], inspected: [] as (readonly number[])[] };
  for (let round = 0; round < rounds; round += 1) {
    samples.plain.push(await requestTimes(lab, lab.plain, seconds));
    samples.inspected.push(await requestTimes(lab, lab.inspected, seconds));
  }
  const at = (rows: readonly (readonly number[])[], share: number): number =>
    median(rows.map((row) => row[Math.min(row.length - 1, Math.floor(row.length * share))] ?? Number.NaN));
  return (['p50', 'p99'] as const).map((name) => {
    const share = name === 'p50' ? 0.5 : 0.99;
    const [plain, inspected] = [at(samples.plain, share), at(samples.inspected, share)];
    const detail = { plain, inspected, unit: 'µs' };
    return {
      name: `added latency ${name}`,
      value: inspected - plain,
      unit: 'µs',
      bar: LATENCY_BARS[name],
      atMost: true,
      detail,
    };
  });
}
