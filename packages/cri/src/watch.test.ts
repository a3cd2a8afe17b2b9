import { expect, it } from 'vitest';
import { type WorkloadLister, watchWorkloads } from './watch.ts';
import type { ContainerWorkload } from './workload.ts';

/** Lists what each step says, an error being a failure, and ends the watch after the last. */
function script(steps: readonly (readonly ContainerWorkload[] | Error)[]): {
  lister: WorkloadLister;
  over: AbortController;
} {
  const over = new AbortController();
  const left = [...steps];
  const lister: WorkloadLister = {
    listWorkloads: async () => {
      const step = left.shift() ?? [];
      if (left.length === 0) over.abort();
      if (step instanceof Error) throw step;
      return step;
    },
    events: () => Promise.reject(new Error('no events here')),
  };
  return { lister, over };
}

async function watch(steps: readonly (readonly ContainerWorkload[] | Error)[]): Promise<unknown[]> {
  const seen: unknown[] = [];
  const { lister, over } = script(steps);
  await watchWorkloads(lister, {
    signal: over.signal,
    intervalMs: 1,
    onWorkloads: (workloads) => void seen.push(workloads.map(({ id }) => id)),
    onError: (error) => void seen.push(error),
  });
  return seen;
}

it('reports the first list, even an empty one, and then only changes', async () => {
  expect(await watch([[], [], [workload('a')], [workload('a')], []])).toEqual([[], ['a'], []]);
});

it('keeps what it last reported over a runtime that is away for a while', async () => {
  const away = new Error('away');

  expect(await watch([[workload('a')], away, [workload('a')], [workload('b')]])).toEqual([['a'], away, ['b']]);
});

function workload(id: string): ContainerWorkload {
  const place = { name: id, namespace: 'n', pod: 'p', podId: 'p', labels: {} };
  return { id, ...place, pid: 1, netns: '/proc/1/ns/net', hostNetwork: false };
}
