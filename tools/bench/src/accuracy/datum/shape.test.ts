import { DETECTORS } from '@bulkhead/dlp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../capture/random.ts';
import { NUMBERED_THINGS } from './numbered-things.ts';
import { fillShape } from './shape.ts';
import { judge, judgedNumbers, stdnumMissing } from './stdnum.ts';

describe('fillShape', () => {
  it('writes what the shape says, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const text = fillShape('DE##-@(A|BC)(3-5)<yyyymmdd>/<ddmmyy>', new Random(seed));

        expect(text).toMatch(
          /^DE\d\d-[A-Z](A|BC)[345]19[4-9]\d(0[1-9]|1[0-2])([01]\d|2[0-8])\/([01]\d|2[0-8])(0[1-9]|1[0-2])\d\d$/,
        );
        expect(fillShape('DE##-@(A|BC)(3-5)<yyyymmdd>/<ddmmyy>', new Random(seed))).toBe(text);
      }),
    );
  });
});

describe('the numbered things', () => {
  it('are detectors of the catalogue that have a check, each once', () => {
    const checked = new Set(DETECTORS.filter(({ strength }) => strength.includes('checksum')).map(({ id }) => id));
    const ids = NUMBERED_THINGS.map(({ detector }) => detector);

    expect(ids.filter((id) => !checked.has(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

const missing = stdnumMissing();
if (missing !== undefined) process.stderr.write(`skipped: numbers that python-stdnum calls right: ${missing}\n`);

describe.skipIf(missing !== undefined)('python-stdnum', () => {
  it('tells a published number from one with another check digit', async () => {
    expect(await judge('iban', ['DE89370400440532013000', 'DE88370400440532013000'])).toEqual([true, false]);
    expect(await judge('nl.bsn', ['111222333', '111222334'])).toEqual([true, false]);
  });

  it('gives as many right numbers as asked for, the same for the same seed', async () => {
    const thing = NUMBERED_THINGS.find(({ detector }) => detector === 'pl-pesel');
    if (thing === undefined) throw new Error('there is no PESEL');

    const data = await judgedNumbers(thing, 3, 5);

    expect(new Set(data.map(({ value }) => value)).size).toBe(5);
    expect(
      await judge(
        thing.module,
        data.map(({ value }) => value),
      ),
    ).toEqual([true, true, true, true, true]);
    expect(await judgedNumbers(thing, 3, 5)).toEqual(data);
  });

  it('is asked only about modules it has', async () => {
    await expect(judge('no.such.module', ['1'])).rejects.toThrow('no verdict');
  });
});
