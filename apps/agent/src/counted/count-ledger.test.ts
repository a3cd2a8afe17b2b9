import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CountedProgram } from '../event/agent-event.ts';
import { CountLedger } from './count-ledger.ts';

const HOUR = 3_600_000;
const SOON = 10_000;

function ran(executable: string, count = 1, over: Partial<CountedProgram> = {}): CountedProgram {
  return { executable, user: 0, fromImage: true, verdict: 'allow', count, ...over };
}

function ledgerAt(now: number, phase: number): CountLedger<CountedProgram> {
  const identity = {
    nameOf: ({ executable }: CountedProgram) => executable,
    kindOf: ({ user, fromImage, verdict }: CountedProgram) => JSON.stringify([user, fromImage, verdict]),
  };
  return new CountLedger(identity, now, phase);
}

describe('CountLedger', () => {
  it('tells what is new at once, and what comes again in sums', () => {
    const ledger = ledgerAt(0, 0);
    ledger.take([ran('/bin/sh', 2)], 0, 0);
    expect(ledger.tell(SOON)).toEqual({ since: 0, things: [ran('/bin/sh', 2)], notCounted: 0 });

    ledger.take([ran('/bin/sh'), ran('/bin/ls')], 0, SOON);
    expect(ledger.tell(2 * SOON)).toEqual({ since: SOON, things: [ran('/bin/ls')], notCounted: 0 });
    ledger.take([ran('/bin/sh', 3)], 0, 2 * SOON);
    expect(ledger.tell(3 * SOON)).toBeUndefined();
    expect(ledger.tell(HOUR)).toEqual({ since: SOON, things: [ran('/bin/sh', 4)], notCounted: 0 });
    expect(ledger.tell(HOUR + SOON)).toBeUndefined();
  });

  it('counts apart who ran a program, whether it is of the image, and what became of it', () => {
    const ledger = ledgerAt(0, 0);
    const { user: _, ...unknown } = ran('/bin/sh');
    const kinds = [ran('/bin/sh'), ran('/bin/sh', 1, { user: 7 }), ran('/bin/sh', 1, { verdict: 'block' }), unknown];
    ledger.take([...kinds, ...kinds], 0, 0);

    expect(ledger.tell(SOON)?.things).toEqual(kinds.map((one) => ({ ...one, count: 2 })));
  });

  it('forgets what was not run for an hour, and tells it as new when it is run again', () => {
    const ledger = ledgerAt(0, 0.5);
    ledger.take([ran('/bin/sh')], 0, 0);
    ledger.tell(SOON);
    expect(ledger.isEmpty).toBe(false);
    ledger.tell(SOON + HOUR);

    expect(ledger.isEmpty).toBe(true);
    ledger.take([ran('/bin/sh')], 0, SOON + HOUR);
    expect(ledger.tell(2 * SOON + HOUR)?.things).toEqual([ran('/bin/sh')]);
  });

  it('tells all that waits when it is asked to, once', () => {
    const ledger = ledgerAt(0, 0);
    ledger.take([ran('/bin/sh')], 0, 0);
    ledger.tell(SOON);
    ledger.take([ran('/bin/sh')], 5, SOON);

    expect(ledger.tell(2 * SOON, true)).toEqual({ since: SOON, things: [ran('/bin/sh')], notCounted: 5 });
    expect(ledger.tell(3 * SOON, true)).toBeUndefined();
  });

  it('tells of what was not counted with other programs, or with the hour', () => {
    const ledger = ledgerAt(0, 0);
    ledger.take([], 3, 0);
    expect(ledger.tell(SOON)).toBeUndefined();
    expect(ledger.tell(HOUR)).toEqual({ since: 0, things: [], notCounted: 3 });

    ledger.take([ran('/bin/sh')], 4, HOUR);
    expect(ledger.tell(HOUR + SOON)).toEqual({ since: HOUR, things: [ran('/bin/sh')], notCounted: 4 });
  });

  it('knows no more programs than it may, and none more than there is room for', () => {
    const ledger = ledgerAt(0, 0);
    const many = Array.from({ length: 3_000 }, (_, index) => ran(`/tmp/${index}`));
    ledger.take(many, 0, 0);
    expect(ledger.size).toBe(1_024);
    expect(ledger.tell(SOON)).toMatchObject({ notCounted: 3_000 - 1_024 });

    const other = ledgerAt(0, 0);
    other.take(many, 0, 0, 2);
    other.take(many.slice(0, 3), 0, 0, 0);
    expect(other.tell(SOON)).toMatchObject({ things: [{ count: 2 }, { count: 2 }], notCounted: 2_999 });
  });

  it('tells each program that was run exactly once, whenever it is asked, and each within the hour', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 2 * HOUR }),
      programs: fc.array(fc.tuple(fc.constantFrom('/a', '/b', '/c'), fc.integer({ min: 1, max: 9 })), { maxLength: 4 }),
      notCounted: fc.nat({ max: 3 }),
      room: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, phase) => {
        const ledger = ledgerAt(0, phase);
        let [now, taken, told] = [0, 0, 0];
        const tell = (all: boolean): void => {
          const telling = ledger.tell(now, all);
          if (telling === undefined) return;
          expect(telling.since).toBeLessThanOrEqual(now);
          expect(telling.notCounted + telling.things.length).toBeGreaterThan(0);
          for (const { count } of telling.things) expect(count).toBeGreaterThan(0);
          told += telling.notCounted + telling.things.reduce((sum, { count }) => sum + count, 0);
        };
        for (const { afterMs, programs, notCounted, room } of steps) {
          const since = now;
          now += afterMs;
          ledger.take(
            programs.map(([name, count]) => ran(name, count)),
            notCounted,
            since,
            room,
          );
          taken += notCounted + programs.reduce((sum, [, count]) => sum + count, 0);
          tell(false);
          expect(told).toBeLessThanOrEqual(taken);
        }
        now += HOUR;
        tell(false);
        expect(told).toBe(taken);
        tell(true);
        expect(told).toBe(taken);
      }),
    );
  });
});
