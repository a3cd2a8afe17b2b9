import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWatchLine } from './wire.ts';

const metadata = { name: 'a', namespace: 'b', uid: 'u', resourceVersion: '7' };

describe('readWatchLine', () => {
  it('reads what is written, deleted and marked', () => {
    const line = (type: string, object: object): string => JSON.stringify({ type, object });

    expect(readWatchLine(line('ADDED', { metadata, data: { x: 1 } }))).toMatchObject({
      type: 'written',
      object: { metadata, data: { x: 1 } },
    });
    expect(readWatchLine(line('MODIFIED', { metadata })).type).toBe('written');
    expect(readWatchLine(line('DELETED', { metadata })).type).toBe('deleted');
    expect(readWatchLine(line('BOOKMARK', { metadata: { resourceVersion: '9' } }))).toEqual({
      type: 'bookmark',
      resourceVersion: '9',
    });
  });

  it('knows that a version is no longer kept', () => {
    const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (9)' };

    expect(readWatchLine(JSON.stringify({ type: 'ERROR', object }))).toMatchObject({
      type: 'error',
      error: { code: 'EXPIRED', message: 'the watch ended: too old resource version: 1 (9)' },
    });
  });

  it.each([
    ['no JSON', '{"type":'],
    ['no event', '[]'],
    ['an event it does not know', '{"type":"MOVED","object":{}}'],
    ['an object without a version', '{"type":"ADDED","object":{"metadata":{"name":"a"}}}'],
    ['a bookmark without a version', '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":""}}}'],
  ])('says that %s is wrong', (_, line) => {
    expect(readWatchLine(line)).toMatchObject({ type: 'error', error: { code: 'BAD_ANSWER' } });
  });

  it('throws at nothing, and gives an object only with a name and a version', () => {
    const type = fc.oneof(fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'), fc.jsonValue());
    const part = fc.record(
      { name: fc.jsonValue(), resourceVersion: fc.jsonValue(), labels: fc.jsonValue() },
      { requiredKeys: [] },
    );
    const object = fc.oneof(
      fc.jsonValue(),
      fc.record({ metadata: part, code: fc.jsonValue(), message: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.record({ type, object }).map((event) => JSON.stringify(event)),
        ),
        (line) => {
          const read = readWatchLine(line);
          const objects = 'object' in read ? [read.object.metadata] : [];

          for (const found of objects) {
            expect(typeof found.name).toBe('string');
            expect(found.resourceVersion).not.toBe('');
          }
          expect(['written', 'deleted', 'bookmark', 'error']).toContain(read.type);
        },
      ),
    );
  });
});
