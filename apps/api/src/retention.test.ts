import { expect, it } from 'vitest';
import { forget } from './retention.ts';

it('what is old is forgotten also where agents tell of names faster than they are folded', async () => {
  const pruned: string[] = [];
  const prunes = (what: string) => ({
    prune: async (): Promise<number> => {
      pruned.push(what);
      return 0;
    },
  });
  const store = {
    events: prunes('events'),
    flows: prunes('flows'),
    programs: prunes('programs'),
    files: { ...prunes('files'), fold: async (): Promise<number> => 1 },
    quarantines: prunes('quarantines'),
    nodeScans: prunes('nodeScans'),
  } as unknown as Parameters<typeof forget>[0];
  await forget(
    store,
    { days: 1, maxEvents: 1 },
    { now: () => 0 },
    {
      signal: AbortSignal.timeout(60_000),
      onForgotten: () => undefined,
    },
  );
  expect(pruned).toEqual(['quarantines', 'nodeScans', 'events', 'flows', 'programs', 'files']);
});
