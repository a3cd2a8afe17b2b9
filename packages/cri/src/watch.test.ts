import { expect, it } from 'vitest';
import { CriError } from './error.ts';
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

it('looks at once when it is told of a change, and opens what tells it again when that ends', async () => {
  const over = new AbortController();
  let opened = 0;
  let listed = 0;
  const lister: WorkloadLister = {
    listWorkloads: async () => (listed === 0 ? [] : [workload(String(listed))]),
    events: async (onEvent) => {
      opened += 1;
      listed = opened;
      onEvent();
    },
  };
  const seen: string[] = [];
  await watchWorkloads(lister, {
    signal: over.signal,
    intervalMs: 1,
    onWorkloads: (workloads) => {
      seen.push(...workloads.map(({ id }) => id));
      if (opened >= 3) over.abort();
    },
    onError: (error) => expect.unreachable(String(error)),
  });

  expect(seen.at(-1)).toBe(String(opened));
});

it('asks a runtime that tells nothing for what it tells only once', async () => {
  let asked = 0;
  const { lister, over } = script([[], [], [], [], []]);
  const events = async (): Promise<void> => {
    asked += 1;
    throw new CriError('RUNTIME_UNSUPPORTED', 'tells nothing');
  };
  await watchWorkloads(
    { ...lister, events },
    { signal: over.signal, intervalMs: 1, onWorkloads: () => undefined, onError: () => undefined },
  );

  expect(asked).toBe(1);
});

function workload(id: string): ContainerWorkload {
  const place = { name: id, namespace: 'n', pod: 'p', podId: 'p', labels: {} };
  return { kind: 'container', id, ...place, pid: 1, netns: '/proc/1/ns/net', hostNetwork: false };
}
