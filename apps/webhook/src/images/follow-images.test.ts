import { type ImagePortion, type KnownImage, namedImage } from '@bulkhead/policy';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FollowOptions, followImages } from './follow-images.ts';

const digestOf = (digit: number): string => `sha256:${String(digit).repeat(64)}`;
const DIGITS = [0, 1, 2, 3, 4] as const;

/** Follows portions until all have been heard, and says what is known then. */
async function follow(portions: readonly (ImagePortion | Error)[], more: Partial<FollowOptions> = {}) {
  const over = new AbortController();
  const unusable: string[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const images = followImages({
    source: {
      after() {
        const portion = portions[next];
        next += 1;
        if (portion === undefined) over.abort();
        if (portion instanceof Error) return Promise.reject(portion);
        return Promise.resolve(portion ?? portionOf([]));
      },
    },
    everyMs: 1,
    clock: { now: () => 0 },
    signal: over.signal,
    onCurrent: () => undefined,
    onFailure: (error) => failures.push(error),
    onUnusable: (digest, why) => unusable.push(`${digest.slice(0, 8)}: ${why}`),
    ...more,
  });
  await images.done;
  const known = (digit: number): KnownImage | undefined => {
    const named = namedImage(`x@${digestOf(digit)}`);
    return named && images.find(named)[0];
  };
  return { images, known, unusable, failures };
}

describe('the copy of what an api knows of images', () => {
  it('is after any changes, breaks and new beginnings what the api told last', async () => {
    const change = fc.record({ digit: fc.constantFrom(...DIGITS), ids: fc.option(fc.subarray(['CVE-1', 'CVE-2'])) });
    const portion = fc.record({
      fails: fc.boolean(),
      reset: fc.boolean(),
      changes: fc.array(change, { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(portion, { maxLength: 8 }), async (told) => {
        const expected = new Map<number, KnownImage>();
        for (const { fails, reset, changes } of told) {
          if (fails) continue;
          if (reset) expected.clear();
          for (const { digit, ids } of changes) {
            if (ids === null) expected.delete(digit);
            else expected.set(digit, image(digit, ids));
          }
        }
        const { known, images } = await follow(
          told.map(({ fails, reset, changes }) =>
            fails
              ? new Error('away')
              : portionOf(
                  changes.map(({ digit, ids }) => changeOf(digit, ids === null ? undefined : image(digit, ids))),
                  { reset },
                ),
          ),
        );

        for (const digit of DIGITS) expect(known(digit)).toEqual(expected.get(digit));
        expect(images.size).toBe(expected.size);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps what it knows while a new beginning is read, and lets go of the rest at its end', async () => {
    const [one, two] = [changeOf(1, image(1, [])), changeOf(2, image(2, []))];
    const seen: number[] = [];
    const { known, failures } = await follow(
      [portionOf([one, two]), portionOf([two], { reset: true, more: true }), new Error('away'), portionOf([])],
      { onCurrent: (count) => seen.push(count) },
    );

    expect(failures).toHaveLength(1);
    expect(seen.slice(0, 2)).toEqual([2, 1]);
    expect(known(1)).toBeUndefined();
    expect(known(2)).toEqual(image(2, []));
  });

  it('forgets an image of which something is told that it cannot read', async () => {
    const { known, unusable } = await follow([
      portionOf([changeOf(1, image(1, []))]),
      portionOf([{ digest: digestOf(1), image: { ...image(1, []), platform: 7 } }, 'nonsense']),
    ]);

    expect(known(1)).toBeUndefined();
    expect(unusable).toHaveLength(2);
  });
});

function portionOf(changes: readonly unknown[], over: Partial<ImagePortion> = {}): ImagePortion {
  return { reset: false, changes: [...changes], next: 'p', more: false, ...over };
}

function changeOf(digit: number, known: KnownImage | undefined): object {
  return { digest: digestOf(digit), ...(known !== undefined && { image: known }) };
}

function image(digit: number, ids: readonly string[]): KnownImage {
  const vulnerabilities = ids.map((id) => ({ id, package: 'a 1', severity: 'high' as const }));
  const scan = {
    scanners: ['vuln'],
    gaps: 0,
    vulnerabilities,
    secrets: [],
    omitted: { vulnerabilities: 0, secrets: 0 },
  };
  return { digest: digestOf(digit), platform: 'linux/amd64', indexes: [], names: [], scan };
}
