import { expect, it } from 'vitest';
import { runService } from './run-service.ts';

const LIFE = { name: 'lab', logLevel: 'silent', graceMs: 0, stopped: () => ({ event: 'stopped' }) } as const;

it('closes what was started and throws when a service cannot start', async () => {
  const closed: string[] = [];
  const failing = runService({
    ...LIFE,
    start: async ({ shutdown }) => {
      shutdown.onClose('file', () => void closed.push('file'));
      throw new Error('no queue');
    },
  });

  await expect(failing).rejects.toThrow('no queue');
  expect(closed).toEqual(['file']);
});

it('takes an end while it starts for an end', async () => {
  const code = runService({
    ...LIFE,
    start: async ({ shutdown }) => {
      void shutdown.close('told to end');
      throw new Error('still waiting for the queue');
    },
  });

  expect(await code).toBe(0);
});

it('exits with 1 when a part did not end well', async () => {
  const code = runService({
    ...LIFE,
    start: async ({ shutdown }) => {
      shutdown.onClose('file', () => Promise.reject(new Error('full')));
      void shutdown.close('told to end');
    },
  });

  expect(await code).toBe(1);
});
