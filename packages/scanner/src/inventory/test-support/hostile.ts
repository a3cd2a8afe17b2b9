import fc from 'fast-check';
import { expect } from 'vitest';

import { GAP_CODES } from '../../reader/gap.ts';
import type { Reader, ReadResult } from '../../reader/reader.ts';
import { isField, MAX_GAPS_PER_FILE, MAX_PACKAGES_PER_FILE } from '../reading/collector.ts';
import { READER_FAILED } from '../reading/define-reader.ts';
import { entry, readResult } from './read.ts';

/**
 * Lets a reader read random bytes, and its own valid inputs cut short, with bytes changed and pieces repeated. Whatever
 * it says must be within its bounds and fit to be printed, and it must not need its guard against exceptions. Returns the
 * counterexample, and nothing where there is none.
 */
export function hostileFailures(
  reader: Reader,
  path: string,
  seeds: readonly (Buffer | string)[],
  numRuns = 200,
): string[] {
  const file = entry(path, 1, 0o755);
  expect(reader.wants(file)).toBe(true);
  const valid = seeds.map((seed) => (typeof seed === 'string' ? Buffer.from(seed) : seed));
  const inputs = fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2048 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 4, arbitrary: fc.constantFrom(...valid).chain(mutations) },
  );
  const details = fc.check(
    fc.property(inputs, fc.integer({ min: 1, max: 700 }), (bytes, cut) => {
      expectWithinBounds(readResult(reader, file, bytes, reader.mode === 'stream' ? cut : bytes.length));
    }),
    { numRuns },
  );
  // The whole counterexample of a binary format fills a terminal.
  return details.failed
    ? [(fc.defaultReportMessage(details) ?? 'failed').slice(0, 4000), String(details.errorInstance).slice(0, 2000)]
    : [];
}

export function expectWithinBounds({ facts, gaps }: ReadResult): void {
  expect(gaps.filter((gap) => gap.message.includes(READER_FAILED))).toEqual([]);
  expect(gaps.length).toBeLessThanOrEqual(MAX_GAPS_PER_FILE);
  expect(gaps.every((gap) => GAP_CODES.includes(gap.code) && !/\p{Cc}/u.test(gap.message))).toBe(true);
  const packages = facts.flatMap((fact) => (fact.kind === 'packages' ? fact.packages : []));
  expect(packages.length).toBeLessThanOrEqual(MAX_PACKAGES_PER_FILE);
  expect(packages.filter((one) => !isField(one.name) || !isField(one.version))).toEqual([]);
}

function mutations(seed: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat({ max: Math.max(0, seed.length - 1) });
  return fc.oneof(
    at.map((end) => seed.subarray(0, end)),
    fc.array(fc.tuple(at, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }).map((changes) => {
      const changed = Buffer.from(seed);
      for (const [index, byte] of changes) changed[index] = byte;
      return changed;
    }),
    fc.tuple(at, at).map(([a, b]) => {
      const piece = seed.subarray(Math.min(a, b), Math.max(a, b));
      return Buffer.concat([seed.subarray(0, b), piece, seed.subarray(b)]);
    }),
    fc.tuple(at, at).map(([a, b]) => Buffer.concat([seed.subarray(0, Math.min(a, b)), seed.subarray(Math.max(a, b))])),
  );
}
