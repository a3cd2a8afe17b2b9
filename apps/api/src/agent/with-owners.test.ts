import { type ReportedWorkload, workloadEnd } from '@bulkhead/control-plane';
import type { Owner } from '@bulkhead/core';
import { selects } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { selectable } from './selectable.ts';
import { withOwners } from './with-owners.ts';

const POD: Owner = { kind: 'Pod', name: 'web-7d9f8c5b4-x2x4z' };
const known: Readonly<Record<string, readonly Owner[]>> = {
  [`shop/${POD.name}`]: [
    { kind: 'ReplicaSet', name: 'web-7d9f8c5b4' },
    { kind: 'Deployment', name: 'web' },
  ],
  'shop/etcd-node-1': [{ kind: 'Node', name: 'node-1' }],
  'shop/alone': [],
};
const supply = { ownersOf: (namespace: string, pod: string) => known[`${namespace}/${pod}`] };

function workload(over: Partial<ReportedWorkload> = {}): ReportedWorkload {
  return { id: 'c', name: 'server', namespace: 'shop', labels: {}, owners: [POD], addresses: [], ...over };
}

describe('the owners of a workload', () => {
  it('are those of its pod too, by the topmost of which it is called', () => {
    const owned = withOwners(workload(), supply);

    expect(owned.owners.map(({ kind }) => kind)).toEqual(['Pod', 'ReplicaSet', 'Deployment']);
    expect(workloadEnd(owned)).toEqual({ kind: 'workload', namespace: 'shop', name: 'web' });
  });

  it.each([
    ['nobody knows the pod', workload({ owners: [{ kind: 'Pod', name: 'other' }] })],
    ['nobody manages it', workload({ owners: [{ kind: 'Pod', name: 'alone' }] })],
    ['its kubelet has it by itself', workload({ owners: [{ kind: 'Pod', name: 'etcd-node-1' }] })],
    ['it is in another namespace', workload({ namespace: 'bank' })],
    ['it is in none', workload({ namespace: undefined })],
    ['it is no pod', workload({ owners: [] })],
    ['its agent says more', workload({ owners: [POD, { kind: 'Job', name: 'night' }] })],
  ])('are as its agent reports them where %s', (_, reported) => {
    expect(withOwners(reported, supply)).toBe(reported);
    expect(withOwners(reported, undefined)).toBe(reported);
  });

  it('select it up to its pod alone, as its agent does', () => {
    const owned = selectable(withOwners(workload(), supply));

    expect(selects({ names: ['web-7d9f8c5b4-*'] }, owned)).toBe(true);
    expect(selects({ names: ['web'] }, owned)).toBe(false);
  });
});
