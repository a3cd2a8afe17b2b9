import { compileSensors, DEFAULT_SENSORS, DETECTORS } from '@bulkhead/dlp';
import { benchCaptures, Program } from '@bulkhead/inspector';
import { type Measure, median } from './measure.ts';

const MOST_TIMES = 1.1;
/** A few looks at each detector say which to measure in earnest: by the best, since what else runs only ever adds. */
const LOOKS = 3;
const LOOK_SECONDS = 0.02;
const SECONDS = 0.1;
const DEAREST = 4;
const ROUNDS = 7;

interface Added {
  readonly id: string;
  readonly program: Program;
}

/** What the detector that costs most adds to the time of the shipped sensors. */
export async function benchOneMore(capture: string): Promise<Measure> {
  const shipped = new Program(compileSensors(DEFAULT_SENSORS));
  const timesOf = async ({ program }: Added, seconds: number): Promise<number> => {
    const alone = await benchCaptures(shipped, [capture], seconds);
    const both = await benchCaptures(program, [capture], seconds);
    return alone.bytesPerSecond / both.bytesPerSecond;
  };
  const looks = oneMoreEach().map((added) => ({ added, times: Number.POSITIVE_INFINITY }));
  for (let look = 0; look < LOOKS; look += 1)
    for (const each of looks) each.times = Math.min(each.times, await timesOf(each.added, LOOK_SECONDS));
  const dearest = looks.toSorted((a, b) => b.times - a.times).slice(0, DEAREST);
  const measured = dearest.map(({ added }) => ({ added, times: [] as number[] }));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { added, times } of measured) times.push(await timesOf(added, SECONDS));
  const [first, second] = measured
    .map(({ added, times }) => ({ id: added.id, times: median(times) }))
    .toSorted((a, b) => b.times - a.times);
  return {
    name: 'offline, dearest detector added to the shipped ones',
    value: first?.times ?? Number.NaN,
    unit: 'times their time',
    bar: MOST_TIMES,
    atMost: true,
    detail: {
      detector: first?.id ?? 'none',
      next: second === undefined ? 'none' : `${second.id} ${second.times.toFixed(2)}`,
      'median of all': median(looks.map(({ times }) => times)),
      detectors: looks.length,
    },
  };
}

function oneMoreEach(): readonly Added[] {
  const shipped = new Set(DEFAULT_SENSORS.flatMap(({ detectors }) => detectors.map(({ id }) => id)));
  return DETECTORS.filter(({ id, category }) => category !== 'traffic' && !shipped.has(id)).map(({ id }) => ({
    id,
    program: new Program(
      compileSensors([
        ...DEFAULT_SENSORS,
        {
          name: 'one-more',
          description: 'One detector more.',
          detectors: [{ id }],
          literals: [],
          minConfidence: 'low',
          threshold: 1,
          action: 'alert',
          direction: 'both',
        },
      ]),
    ),
  }));
}
