import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createEventLog } from './event-log.ts';

/** A reader that notes what it reads, in order with what others note. */
function readerOf(order: string[]): Writable {
  return new Writable({
    write: (line: Buffer, _encoding, done) => {
      const { problem } = JSON.parse(line.toString()) as { readonly problem: string };
      order.push(`read ${problem}`);
      done();
    },
  });
}

describe('the event log', () => {
  it('writes events once whoever keeps them has kept them, also several in one go', async () => {
    const order: string[] = [];
    const taken: string[] = [];
    const log = createEventLog(readerOf(order), {
      onLost: () => order.push('lost'),
      onEvent: (event) => {
        taken.push(event.event === 'discovery-failed' ? event.problem : '');
        if (taken.length === 1) queueMicrotask(() => order.push(`kept ${taken.splice(0).join(', ')}`));
      },
    });
    log.emit({ event: 'discovery-failed', problem: 'a' });
    log.emit({ event: 'discovery-failed', problem: 'b' });
    await log.drained();

    expect(order).toEqual(['kept a, b', 'read a', 'read b']);
  });

  it('writes them at once where nobody keeps them', () => {
    const order: string[] = [];
    const log = createEventLog(readerOf(order), { onLost: () => order.push('lost') });
    log.emit({ event: 'discovery-failed', problem: 'a' });
    expect(order).toEqual(['read a']);
  });
});
