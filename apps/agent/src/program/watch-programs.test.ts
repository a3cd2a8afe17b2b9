import type { ContainerPrograms } from '@bulkhead/sentinel';
import { describe, expect, it } from 'vitest';
import type { NewAgentEvent, Subject } from '../event/agent-event.ts';
import { watchPrograms } from './watch-programs.ts';

const HOUR = 3_600_000;
const SHELL = { path: '/bin/sh', user: 0, fromImage: true, verdict: 'allow', count: 1 } as const;

function subject(name: string): Subject {
  return { netns: '/proc/7/ns/net', workloads: [{ name, pod: 'web-0' }], groups: ['shop'], mode: 'discover' };
}

function stage(subjectOf = (id: string): Subject | undefined => subject(id)) {
  const events: Extract<NewAgentEvent, { event: 'programs' }>[] = [];
  const queue: ContainerPrograms[] = [];
  const clock = { now: 0 };
  const totals = { told: 0, notCounted: 0 };
  const watch = watchPrograms({
    take: () => queue.splice(0),
    subjectOf,
    emit: (event) => {
      if (event.event === 'programs') events.push(event);
    },
    onTold: () => {
      totals.told += 1;
    },
    onNotCounted: (count) => {
      totals.notCounted += count;
    },
    onProblem: () => undefined,
    now: () => clock.now,
  });
  const pass = (...taken: readonly ContainerPrograms[]): typeof events => {
    queue.push(...taken);
    clock.now += 10_000;
    watch.pass();
    return events.splice(0);
  };
  return { watch, pass, events, clock, totals };
}

function ran(id: string, ...paths: readonly string[]): ContainerPrograms {
  return { id, programs: paths.map((path) => ({ ...SHELL, path })), notCounted: 0 };
}

describe('watchPrograms', () => {
  it('tells what a container ran, and since when', () => {
    const { pass, totals } = stage();

    expect(pass({ ...ran('web', '/bin/sh'), notCounted: 2 })).toEqual([
      {
        event: 'programs',
        since: '1970-01-01T00:00:00.000Z',
        ...subject('web'),
        programs: [{ executable: '/bin/sh', user: 0, fromImage: true, verdict: 'allow', count: 1 }],
        notCounted: 2,
      },
    ]);
    expect(totals).toEqual({ told: 1, notCounted: 2 });
    expect(pass()).toEqual([]);
  });

  it('leaves out what is not known of a program', () => {
    const { pass } = stage();
    const { user: _, fromImage: __, ...rest } = SHELL;

    expect(pass({ id: 'web', programs: [rest], notCounted: 0 })[0]?.programs).toEqual([
      { executable: '/bin/sh', verdict: 'allow', count: 1 },
    ]);
  });

  it('knows a workload again whose container is another', () => {
    const { pass } = stage(() => subject('web'));
    pass(ran('c1', '/bin/sh'));

    expect(pass(ran('c2', '/bin/sh', '/bin/ls')).map(({ programs }) => programs)).toMatchObject([
      [{ executable: '/bin/ls' }],
    ]);
  });

  it('tells the sums of a workload that has ended, and forgets it', () => {
    const { pass, clock, watch, events } = stage();
    pass(ran('web', '/bin/sh'));
    pass(ran('web', '/bin/sh'));
    clock.now += HOUR;
    expect(pass()).toMatchObject([{ programs: [{ count: 1 }] }]);
    clock.now += HOUR;
    pass();
    watch.close();
    expect(events).toEqual([]);
  });

  it('shares many programs out among events', () => {
    const { pass } = stage();
    const paths = Array.from({ length: 500 }, (_, index) => `/tmp/${index}`);

    expect(pass(ran('web', ...paths)).map(({ programs }) => programs.length)).toEqual([256, 244]);
    const long = pass(ran('api', ...paths.map((path) => `${path}${'é'.repeat(490)}`)));
    expect(long.length).toBeGreaterThan(2);
    for (const event of long) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(64 << 10);
  });

  it('keeps no more than it may of workloads without number, and tells of those it forgets', () => {
    const { pass, watch, events, totals } = stage();
    const many = Array.from({ length: 5_000 }, (_, index) => ran(`c${index}`, '/bin/sh'));
    expect(pass(...many)).toHaveLength(5_000);
    watch.close();

    expect(events).toEqual([]);
    const paths = Array.from({ length: 512 }, (_, index) => `/tmp/${index}`);
    pass(...many.slice(0, 100).map(({ id }) => ran(id, ...paths)));
    expect(totals.told - 5_000 + totals.notCounted).toBe(51_200);
    expect(totals.notCounted).toBeGreaterThan(30_000);
  });

  it('counts what a container runs whatever few others have run', () => {
    const { pass, totals } = stage();
    const paths = Array.from({ length: 512 }, (_, index) => `/tmp/${index}`);
    pass(...Array.from({ length: 40 }, (_, index) => ran(`c${index}`, ...paths)));
    totals.notCounted = 0;

    expect(pass(ran('web', ...paths.slice(0, 32)))).toMatchObject([{ programs: { length: 32 } }]);
    expect(totals.notCounted).toBe(0);
    pass(ran('web', ...paths));
    expect(pass(ran('api', '/bin/sh'))).toMatchObject([{ ...subject('api'), programs: [{ executable: '/bin/sh' }] }]);
  });

  it('tells all that waits as it ends', () => {
    const { pass, watch, events } = stage();
    pass(ran('web', '/bin/sh'));
    pass(ran('web', '/bin/sh'));
    watch.close();

    expect(events).toMatchObject([{ event: 'programs', programs: [{ executable: '/bin/sh', count: 1 }] }]);
  });

  it('tells nothing of a container that nobody knows, but how much that was', () => {
    const { pass, totals } = stage(() => undefined);

    expect(pass({ ...ran('web', '/bin/sh', '/bin/ls'), notCounted: 3 })).toEqual([]);
    expect(totals).toEqual({ told: 0, notCounted: 5 });
  });
});
