import type { ReportedWorkload } from '@bulkhead/rpc';
import { describe, expect, it } from 'vitest';
import { ReportedWorkloads } from './reported-workloads.ts';

function workload(id: string, over: Partial<ReportedWorkload> = {}): ReportedWorkload {
  return { id, name: 'main', namespace: 'shop', labels: {}, owners: [], addresses: [], netns: '', ...over };
}
const pod = (name: string): Pick<ReportedWorkload, 'owners'> => ({ owners: [{ kind: 'Pod', name }] });
const [WEB, DB] = [workload('1', { ...pod('web-0'), netns: '/web' }), workload('2', { ...pod('db-0'), netns: '/db' })];

describe('what an agent reports', () => {
  it('is found by the network namespace, and by what an event calls it', () => {
    const reported = new ReportedWorkloads([WEB, DB, workload('3', { netns: '/db', name: 'sidecar' })]);

    expect(reported.in('/db')).toBe(DB);
    expect(reported.namedBy({ workloads: [{ name: 'main', namespace: 'shop', pod: 'db-0' }] })).toBe(DB);
    expect(reported.namedBy({ workloads: [{ name: 'x' }, { name: 'main', namespace: 'shop', pod: 'web-0' }] })).toBe(
      WEB,
    );
    for (const other of [{ name: 'main' }, { name: 'main', namespace: 'shop' }, { name: 'main', pod: 'db-0' }]) {
      expect(reported.namedBy({ workloads: [other] })).toBeUndefined();
    }
  });

  it('is another after a change', () => {
    const reported = new ReportedWorkloads([WEB]);
    expect(reported.in('/web')).toBe(WEB);
    reported.put({ ...WEB, netns: '/new' });
    expect([reported.in('/web'), reported.in('/new')?.id, [...reported].length]).toEqual([undefined, '1', 1]);
    reported.delete('1');
    expect([reported.in('/new'), reported.has('1')]).toEqual([undefined, false]);
    reported.put(DB);
    reported.clear();
    expect(reported.in('/db')).toBeUndefined();
  });
});
