import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLineWriter } from './line-writer.ts';

describe('createLineWriter', () => {
  it('writes one record a line, big integers as text', async () => {
    const stream = new PassThrough();
    const writer = createLineWriter(stream);

    writer.write({ timeNs: 12n, text: 'a\nb' });
    stream.end();

    expect((await stream.toArray()).join('')).toBe('{"timeNs":"12","text":"a\\nb"}\n');
  });

  it('drops and counts what a sleeping reader leaves no room for', () => {
    const asleep = new Writable({ write: () => {} });
    const writer = createLineWriter(asleep, { maxPendingBytes: 100 });

    const written = Array.from({ length: 50 }, (_, index) => writer.write({ index }));

    expect(written).toContain(false);
    expect(writer.dropped).toBe(written.filter((kept) => !kept).length);
    expect(asleep.writableLength).toBeLessThan(200);
  });

  it('lets a source wait until the reader has caught up', async () => {
    let wake = (): void => {};
    const slow = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, callback) => {
        wake = callback;
      },
    });
    const writer = createLineWriter(slow);
    writer.write({});
    let caughtUp = false;
    const drained = (async () => {
      await writer.drained();
      caughtUp = true;
    })();

    await Promise.resolve();
    expect(caughtUp).toBe(false);
    wake();
    await drained;

    expect(caughtUp).toBe(true);
  });

  it('ends quietly when the reader goes away', async () => {
    const gone = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('EPIPE')) });
    const writer = createLineWriter(gone);

    writer.write({});
    await writer.drained();

    await expect.poll(() => writer.closed).toBe(true);
    expect(writer.write({})).toBe(false);
  });
});
