import type { FlowCount } from '@bulkhead/nftables';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowLedger } from './flow-ledger.ts';
import type { Application } from './spoken.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function count(kind: FlowCount['kind'], packets: number, bytes: number, more: Partial<FlowCount> = {}): FlowCount {
  const flow = { side: 'ingress', peer: '10.0.0.9', protocol: 'tcp', port: 80, ...more } as const;
  return { id: `${kind} ${flow.side} ${flow.peer} ${flow.port}`, kind, packets, bytes, ...flow };
}

/** What the inspector says of traffic that no protocol explains. */
const UNEXPLAINED = (): readonly Application[] => [undefined];

const reading = (...counts: readonly FlowCount[]) => ({ counts, notCounted: 0 });

describe('FlowLedger', () => {
  it('tells a new flow at once, and nothing twice', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 10, 1_000), count('opened', 2, 120)), 10 * SECOND, UNEXPLAINED);

    expect(ledger.tell(10 * SECOND)).toEqual({
      since: 0,
      flows: [
        {
          direction: 'ingress',
          protocol: 'tcp',
          peer: '10.0.0.9',
          port: 80,
          verdict: 'allow',
          sessions: 2,
          bytes: 1_000,
        },
      ],
      notCounted: 0,
    });
    expect(ledger.tell(10 * SECOND)).toBeUndefined();
  });

  it('sums up what comes later, and tells it in the next part of five minutes', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 10, 1_000)), 10 * SECOND, UNEXPLAINED);
    ledger.tell(10 * SECOND);
    for (const step of [1, 2, 3])
      ledger.take(reading(count('carried', 10 + step, 1_000 + step)), (10 + step) * SECOND, UNEXPLAINED);

    expect(ledger.tell(4 * MINUTE)).toBeUndefined();
    expect(ledger.tell(5 * MINUTE)).toMatchObject({ since: 10 * SECOND, flows: [{ sessions: 0, bytes: 3 }] });
    expect(ledger.tell(10 * MINUTE)).toBeUndefined();
  });

  it('tells all that waits when it is asked for all', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take({ counts: [count('carried', 1, 100)], notCounted: 3 }, SECOND, UNEXPLAINED);
    expect(ledger.tell(SECOND)).toMatchObject({ notCounted: 3 });
    ledger.take({ counts: [count('carried', 2, 150)], notCounted: 5 }, 2 * SECOND, UNEXPLAINED);

    expect(ledger.tell(2 * SECOND)).toBeUndefined();
    expect(ledger.tell(2 * SECOND, true)).toMatchObject({ flows: [{ bytes: 50 }], notCounted: 2 });
  });

  it('says of flows whether they were let pass, would be denied, or were', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(
      reading(
        count('carried', 5, 500),
        count('tried', 1, 60),
        count('opened', 1, 60),
        count('carried', 5, 500, { port: 81 }),
        count('denied', 3, 180, { port: 82 }),
      ),
      SECOND,
      UNEXPLAINED,
    );

    expect(ledger.tell(SECOND)?.flows).toMatchObject([
      { port: 80, verdict: 'alert', sessions: 1, bytes: 500 },
      { port: 81, verdict: 'allow', sessions: 0, bytes: 500 },
      { port: 82, verdict: 'block', sessions: 3, bytes: 180 },
    ]);
  });

  it('takes an element that counts less than before as another one', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 10, 1_000)), SECOND, UNEXPLAINED);
    ledger.tell(SECOND);
    ledger.take(reading(count('carried', 2, 200)), 2 * HOUR, UNEXPLAINED);

    expect(ledger.tell(2 * HOUR)).toMatchObject({ flows: [{ bytes: 200 }] });
  });

  it('does not take an element as new that a listing left out', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 10, 1_000)), SECOND, UNEXPLAINED);
    ledger.tell(SECOND);
    ledger.take(reading(), 2 * SECOND, UNEXPLAINED);
    ledger.take(reading(count('carried', 11, 1_001)), 3 * SECOND, UNEXPLAINED);

    expect(ledger.tell(3 * SECOND, true)).toMatchObject({ flows: [{ bytes: 1 }] });
  });

  it('counts from nothing where the kernel does', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take({ counts: [count('carried', 10, 1_000)], notCounted: 4 }, SECOND, UNEXPLAINED);
    ledger.tell(SECOND);
    ledger.restart();
    ledger.take({ counts: [count('carried', 11, 1_100)], notCounted: 5 }, 2 * SECOND, UNEXPLAINED);

    expect(ledger.tell(2 * SECOND, true)).toMatchObject({ flows: [{ bytes: 1_100 }], notCounted: 5 });
  });

  it('waits once for what is spoken to become known, and tells it with all that was counted meanwhile', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 1, 60), count('opened', 1, 60)), SECOND, () => []);
    expect(ledger.tell(SECOND)).toBeUndefined();
    ledger.take(reading(count('carried', 9, 960), count('opened', 1, 60)), 2 * SECOND, () => ['http1']);

    expect(ledger.tell(2 * SECOND, true)).toMatchObject({
      since: 0,
      flows: [{ application: 'http1', sessions: 1, bytes: 960 }],
    });
  });

  it('tells without an application what nobody recognises', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 1, 60)), SECOND, () => []);
    ledger.take(reading(count('carried', 1, 60)), 2 * SECOND, () => []);

    const [flow] = ledger.tell(2 * SECOND)?.flows ?? [];
    expect(flow).toMatchObject({ bytes: 60 });
    expect(flow).not.toHaveProperty('application');
  });

  it('does not wait for what no inspector sees', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('denied', 1, 60), count('carried', 1, 84, { protocol: 'icmp' })), SECOND, () => []);

    expect(ledger.tell(SECOND)?.flows).toHaveLength(2);
  });

  it('names everything that is spoken at a port, and gives the sums to what came last', () => {
    const ledger = new FlowLedger(0, 0);
    ledger.take(reading(count('carried', 9, 900)), SECOND, () => ['http1', undefined, 'tls']);

    expect(ledger.tell(SECOND)?.flows.toSorted((a, b) => b.bytes - a.bytes)).toMatchObject([
      { application: 'tls', bytes: 900 },
      { bytes: 0 },
      { application: 'http1', bytes: 0 },
    ]);
  });

  it('knows no more flows at once than the kernel could count, and says how much went by unnamed', () => {
    const ledger = new FlowLedger(0, 0);
    const more = 10;
    const ports = Array.from({ length: 2 ** 16 }, (_, port) => port);
    ledger.take(reading(...ports.map((port) => count('denied', 1, 60, { port }))), SECOND);
    expect(ledger.tell(SECOND)?.flows).toHaveLength(ports.length);
    const others = ports.slice(0, more).map((port) => count('denied', 2, 120, { peer: '10.0.0.8', port }));
    ledger.take(reading(...others), 2 * SECOND);
    expect(ledger.tell(2 * SECOND, true)).toEqual({ since: 2 * SECOND, flows: [], notCounted: 2 * more });
    expect(ledger.tell(2 * HOUR)).toBeUndefined();
    ledger.take(reading(...others.map((one) => ({ ...one, packets: 3, bytes: 180 }))), 2 * HOUR);
    expect(ledger.tell(2 * HOUR)?.flows).toHaveLength(more);
  });

  it('tells every byte and session once, whenever it is read and asked', () => {
    const step = fc.record({
      port: fc.integer({ min: 1, max: 3 }),
      packets: fc.integer({ min: 1, max: 9 }),
      size: fc.integer({ min: 40, max: 1_500 }),
      pauseMs: fc.integer({ min: 0, max: HOUR }),
      asks: fc.boolean(),
      spoken: fc.constantFrom<readonly Application[]>([], [undefined], ['http1'], ['http1', 'tls'], ['tls', undefined]),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, phase) => {
        const ledger = new FlowLedger(0, phase);
        const kernel = new Map<number, { packets: number; bytes: number }>();
        let [now, told, sessions] = [0, 0, 0];
        const ask = (all: boolean): void => {
          for (const flow of ledger.tell(now, all)?.flows ?? [])
            [told, sessions] = [told + flow.bytes, sessions + flow.sessions];
        };
        for (const { port, packets, size, pauseMs, asks, spoken } of steps) {
          const before = kernel.get(port) ?? { packets: 0, bytes: 0 };
          kernel.set(port, { packets: before.packets + packets, bytes: before.bytes + packets * size });
          now += pauseMs;
          const counts = [...kernel].flatMap(([of, sums]) =>
            (['carried', 'opened'] as const).map((kind) => count(kind, sums.packets, sums.bytes, { port: of })),
          );
          ledger.take(reading(...counts), now, () => spoken);
          if (asks) ask(false);
        }
        ask(true);
        const all = [...kernel.values()];
        expect(told).toBe(all.reduce((sum, { bytes }) => sum + bytes, 0));
        expect(sessions).toBe(all.reduce((sum, { packets }) => sum + packets, 0));
      }),
    );
  });
});
