import type { ContainerFiles } from '@bulkhead/sentinel';
import { describe, expect, it } from 'vitest';
import type { NewAgentEvent, Subject } from '../event/agent-event.ts';
import { watchFiles } from './watch-files.ts';

const SUBJECT: Subject = { netns: '/proc/7/ns/net', workloads: [{ name: 'web' }], groups: ['shop'], mode: 'discover' };
const LOG = { path: '/var/log/app', executable: '/app/server', verdict: 'allow', count: 1 } as const;

function stage() {
  const events: NewAgentEvent[] = [];
  const queue: ContainerFiles[] = [];
  const totals = { told: 0, notCounted: 0 };
  const clock = { now: 0 };
  const watch = watchFiles({
    take: () => queue.splice(0),
    subjectOf: () => SUBJECT,
    emit: (event) => events.push(event),
    onTold: () => {
      totals.told += 1;
    },
    onNotCounted: (count) => {
      totals.notCounted += count;
    },
    onProblem: () => undefined,
    now: () => clock.now,
  });
  const pass = (files: ContainerFiles['files'], notCounted = 0): readonly NewAgentEvent[] => {
    queue.push({ id: 'web', files, notCounted });
    clock.now += 10_000;
    watch.pass();
    return events.splice(0);
  };
  return { pass, totals };
}

describe('watchFiles', () => {
  it('tells what a container wrote, by whom, and since when', () => {
    const { pass, totals } = stage();
    const { executable: _, ...bare } = LOG;

    expect(pass([LOG, { ...bare, verdict: 'block' }, { ...bare, path: '/tmp', folder: true, count: 40 }], 2)).toEqual([
      {
        event: 'files',
        since: '1970-01-01T00:00:00.000Z',
        ...SUBJECT,
        files: [
          { path: '/var/log/app', executable: '/app/server', access: 'write', verdict: 'allow', count: 1 },
          { path: '/var/log/app', access: 'write', verdict: 'block', count: 1 },
          { path: '/tmp', folder: true, access: 'write', verdict: 'allow', count: 40 },
        ],
        notCounted: 2,
      },
    ]);
    expect(totals).toEqual({ told: 3, notCounted: 2 });
  });

  it('tells apart a file, a folder of that name, who wrote and what became of it, and nothing twice', () => {
    const { pass } = stage();
    const kinds = [
      LOG,
      { ...LOG, folder: true },
      { ...LOG, executable: '/bin/sh' },
      { ...LOG, verdict: 'alert' },
    ] as const;

    expect(pass(kinds)).toMatchObject([{ files: [{}, {}, {}, {}] }]);
    expect(pass(kinds)).toEqual([]);
  });

  it('shares many files out among events', () => {
    const { pass } = stage();
    const files = Array.from({ length: 500 }, (_, index) => ({ ...LOG, path: `/data/${index}${'é'.repeat(490)}` }));
    const events = pass(files);

    expect(events.length).toBeGreaterThan(2);
    for (const event of events) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(64 << 10);
  });
});
