import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Position } from '../wire/position.ts';
import { MIN_SPOOL_BYTES, Spool } from './spool.ts';

const MEBIBYTE = 1024 * 1024;
let folder: string;
let lost: { count: number; why: string }[];
let problems: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-spool-'));
  lost = [];
  problems = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(maxBytes = 64 * MEBIBYTE, now = Date.now()): Spool {
  return Spool.open({
    folder,
    maxBytes,
    clock: { now: () => now },
    onLost: (count, why) => lost.push({ count, why }),
    onProblem: (problem) => problems.push(problem),
  });
}

interface Drained {
  readonly texts: readonly string[];
  readonly positions: readonly Position[];
}

/** Everything after a position, batch by batch. */
function drain(spool: Spool, after?: Position, maxEvents = 7, maxBytes = 4_096): Drained {
  const texts: string[] = [];
  const positions: Position[] = [];
  let place = after;
  for (
    let batch = spool.read(place, maxEvents, maxBytes);
    batch !== undefined;
    batch = spool.read(place, maxEvents, maxBytes)
  ) {
    expect(batch.events.length).toBeLessThanOrEqual(maxEvents);
    const { epoch, firstSequence } = batch;
    batch.events.forEach((event, index) => {
      texts.push(event.toString());
      positions.push({ epoch, sequence: firstSequence + index });
    });
    place = { epoch, sequence: firstSequence + batch.events.length - 1 };
  }
  return { texts, positions };
}

const event = (number: number, size = 20): string => JSON.stringify({ number, filling: 'x'.repeat(size) });
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const files = (): string[] => readdirSync(folder).toSorted();
const total = (): number => lost.reduce((sum, { count }) => sum + count, 0);

describe('a spool', () => {
  it('gives back what was put in, in order, each at a position of its own', () => {
    const spool = open();
    spool.append(range(0, 50).map((number) => event(number)));
    spool.append(range(50, 100).map((number) => event(number)));
    const { texts, positions } = drain(spool);

    expect(texts).toEqual(range(0, 100).map((number) => event(number)));
    expect(positions.map(({ sequence }) => sequence)).toEqual(range(1, 101));
    expect(spool.last).toEqual(positions.at(-1));
    spool.close();
  });

  it('goes on after any position', () => {
    const spool = open();
    spool.append(range(0, 30).map((number) => event(number)));
    const { epoch } = spool.last;
    for (const sequence of [0, 1, 13, 29, 5, 30]) {
      expect(drain(spool, { epoch, sequence }).texts).toEqual(range(sequence, 30).map((number) => event(number)));
    }
    spool.close();
  });

  it('keeps everything over a process that is killed, under positions that are never used again', () => {
    const first = open();
    first.append(range(0, 10).map((number) => event(number)));
    const before = first.last;
    // Neither closed nor synced: the next one reads what is there.
    const second = open();
    second.append([event(10)]);

    expect(drain(second).texts).toEqual(range(0, 11).map((number) => event(number)));
    expect(second.last).toEqual({ epoch: expect.any(Number), sequence: 1 });
    expect(second.last.epoch).toBeGreaterThan(before.epoch);
    expect(lost).toEqual([]);
    second.close();
  });

  it('begins later epochs also when the clock was set back, and when everything was acknowledged', () => {
    const first = open(undefined, 2_000_000);
    first.append([event(0)]);
    first.acknowledge(first.last);
    const second = open(undefined, 1_000);
    expect(second.last.epoch).toBe(2_000_001);
    const third = open(undefined, 1_000);
    expect(third.last.epoch).toBe(2_000_002);
    third.close();
  });

  it('gives the disk back as events are acknowledged', () => {
    const spool = open();
    for (const number of range(0, 400)) spool.append([event(number, 10_000)]);
    expect(files().length).toBeGreaterThan(3);
    const { epoch } = spool.last;
    spool.acknowledge({ epoch, sequence: 390 });
    expect(spool.waiting).toBe(10);
    expect(drain(spool, { epoch, sequence: 390 }).texts).toHaveLength(10);
    spool.acknowledge(spool.last);
    expect(files()).toHaveLength(1);
    expect(spool.bytes).toBeLessThan(MEBIBYTE + 100_000);
    expect(lost).toEqual([]);
    spool.close();
  });

  it('drops the oldest when it is full, counts it, and leaves a gap that can be seen', () => {
    const spool = open(MIN_SPOOL_BYTES);
    for (const number of range(0, 500)) spool.append([event(number, 9_000)]);
    const { texts, positions } = drain(spool);

    expect(spool.bytes).toBeLessThanOrEqual(MIN_SPOOL_BYTES);
    expect(texts.length + total()).toBe(500);
    expect(texts.at(-1)).toBe(event(499, 9_000));
    expect(positions[0]?.sequence).toBe(total() + 1);
    expect(lost.every(({ why }) => why === 'the spool is full')).toBe(true);
    expect(spool.lost).toBe(total());
    spool.close();
  });

  it('does not count as lost what was acknowledged before it was dropped', () => {
    const spool = open(MIN_SPOOL_BYTES);
    for (const number of range(0, 500)) {
      spool.append([event(number, 9_000)]);
      spool.acknowledge(spool.last);
    }
    expect(lost).toEqual([]);
    spool.close();
  });

  it('loses an event that is too long, and no other', () => {
    const spool = open();
    spool.append([event(0), event(1, 70_000), event(2)]);
    expect(drain(spool).texts).toEqual([event(0), event(2)]);
    expect(lost).toEqual([{ count: 1, why: 'an event is too long' }]);
    spool.close();
  });

  it('cuts off an end that was torn at any byte, and goes on', () => {
    const whole = open();
    whole.append(range(0, 3).map((number) => event(number)));
    whole.close();
    const [name] = files();
    const bytes = readFileSync(join(folder, String(name)));
    for (const length of range(0, bytes.length)) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      lost = [];
      writeFileSync(join(folder, String(name)), bytes.subarray(0, length));
      const spool = open();
      spool.append([event(9)]);
      const { texts } = drain(spool);
      const kept = texts.slice(0, -1);

      expect(kept).toEqual(range(0, kept.length).map((number) => event(number)));
      expect(texts.at(-1)).toBe(event(9));
      spool.close();
    }
  });

  it('sets a damaged file aside, says so, and keeps the events before the damage and in other files', () => {
    const spool = open();
    for (const number of range(0, 250)) spool.append([event(number, 10_000)]);
    spool.close();
    const [first] = files();
    const path = join(folder, String(first));
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(500_000) ^ 1, 500_000);
    writeFileSync(path, bytes);

    const again = open();
    const { texts } = drain(again, undefined, 100, 10 * MEBIBYTE);

    expect(problems.join()).toMatch(/is set aside as ".*\.corrupt": it is damaged after 49 events/);
    expect(files().filter((name) => name.endsWith('.corrupt'))).toHaveLength(1);
    expect(texts.slice(0, 49)).toEqual(range(0, 49).map((number) => event(number, 10_000)));
    expect(texts.at(-1)).toBe(event(249, 10_000));
    expect(texts.length + total()).toBeGreaterThanOrEqual(250);
    again.close();
  });

  it('opens whatever lies in its folder, never gives out what it did not take in, and leaves foreign files alone', () => {
    const name = '0000000000001000-0000000000000001.events';
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(400), fc.nat(255), (noise, at, byte) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        writeFileSync(join(folder, name), noise);
        writeFileSync(join(folder, 'README'), 'mine');
        mkdirSync(join(folder, '0000000000001001-0000000000000001.events'));
        const spool = open(undefined, 5_000);
        spool.append(range(0, 5).map((number) => event(number)));
        spool.close();
        const own = files().find((file) => file.startsWith('0000000000005000'));
        const path = join(folder, String(own));
        const bytes = readFileSync(path);
        bytes.writeUInt8(byte, at % bytes.length);
        writeFileSync(path, bytes);

        const again = open(undefined, 6_000);
        const known = new Set(range(0, 5).map((number) => event(number)));
        expect(drain(again).texts.filter((text) => !known.has(text))).toEqual([]);
        expect(readFileSync(join(folder, 'README'), 'utf8')).toBe('mine');
        again.close();
      }),
      { numRuns: 150 },
    );
  });

  it('survives a file that is changed while it is open', () => {
    const spool = open();
    spool.append(range(0, 20).map((number) => event(number)));
    truncateSync(join(folder, String(files()[0])), 200);
    const { texts } = drain(spool);
    expect(texts.length + total()).toBe(20);
    spool.append([event(20)]);
    expect(drain(spool).texts.at(-1)).toBe(event(20));
    expect(problems.join()).toContain('was changed while it was in use');
    spool.close();
  });

  it('takes numbers of a newer epoch than it knows as a sign that its folder is an old copy', () => {
    const spool = open(undefined, 1_000);
    spool.append([event(0), event(1)]);
    spool.acknowledge({ epoch: 5_000, sequence: 3 });
    spool.append([event(2)]);

    expect(total()).toBe(2);
    expect(drain(spool, { epoch: 5_000, sequence: 3 })).toEqual({
      texts: [event(2)],
      positions: [{ epoch: 5_001, sequence: 1 }],
    });
    spool.close();
  });

  it('cannot be opened in a place that is no folder', () => {
    writeFileSync(join(folder, 'file'), '');
    appendFileSync(join(folder, 'file'), 'x');
    expect(() => Spool.open({ folder: join(folder, 'file'), maxBytes: MEBIBYTE })).toThrow(/cannot keep events/);
  });
});

describe('a spool under any use', () => {
  it('gives each event once and in order, over restarts and acknowledgements', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 30 }) }) },
      { weight: 3, arbitrary: fc.record({ acknowledge: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        rmSync(folder, { recursive: true });
        let spool = open();
        let written = 0;
        let stored: Position | undefined;
        const seen: string[] = [];
        for (const each of [...steps, 'restart' as const, { acknowledge: 10_000 }]) {
          if (each === 'restart') spool = open();
          else if ('append' in each) {
            spool.append(range(written, written + each.append).map((number) => event(number, 2_000)));
            written += each.append;
          } else {
            for (let left = each.acknowledge; left > 0; ) {
              const batch = spool.read(stored, Math.min(left, 7), 10_000);
              if (batch === undefined) break;
              seen.push(...batch.events.map(String));
              left -= batch.events.length;
              stored = { epoch: batch.epoch, sequence: batch.firstSequence + batch.events.length - 1 };
              spool.acknowledge(stored);
            }
          }
        }
        spool.close();
        expect(seen).toEqual(range(0, written).map((number) => event(number, 2_000)));
        expect(lost).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
