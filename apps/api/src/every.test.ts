import { EventEmitter } from 'node:events';
import { createLogger, createShutdown } from '@bulkhead/runtime';
import { expect, it, vi } from 'vitest';
import { every } from './every.ts';

it('does each thing again and again, whatever becomes of those before it, until the end', async () => {
  const logger = createLogger('api', 'fatal');
  const error = vi.spyOn(logger, 'error');
  const shutdown = createShutdown({ signals: new EventEmitter() });
  const done: string[] = [];

  every(1, shutdown, logger, {
    'the first is not done': async () => {
      done.push('first');
      throw new Error('it cannot be done now');
    },
    'the second is not done': async () => {
      done.push('second');
    },
  });
  await vi.waitFor(() => expect(done.length).toBeGreaterThan(4), 10_000);
  await shutdown.close('test');
  const { length } = done;
  await new Promise(setImmediate);

  expect(done.slice(0, 4)).toEqual(['first', 'second', 'first', 'second']);
  expect(error).toHaveBeenCalledWith(expect.anything(), 'the first is not done');
  expect(done).toHaveLength(length);
});
