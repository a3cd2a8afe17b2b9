import type { ReportedWorkload } from '@bulkhead/rpc';
import { expect, it } from 'vitest';
import { AddressBook } from './address-book.ts';
import { containerEnd } from './flow-ends.ts';
import { ReportedWorkloads } from './reported-workloads.ts';

const NODE = '/proc/1/ns/net';
const web: ReportedWorkload = {
  id: '1',
  name: 'main',
  namespace: 'shop',
  labels: {},
  owners: [
    { kind: 'Pod', name: 'web-0' },
    { kind: 'StatefulSet', name: 'web' },
  ],
  addresses: [],
  netns: NODE,
};

it.each([
  ['web-0', 'web'],
  ['web-1', 'web'],
  ['web', 'web'],
  ['webhook-0', 'webhook-0'],
  ['db-0', 'db-0'],
])('has programs of a pod %s that is gone be those of %s, where others have its network too', (pod, name) => {
  const book = new AddressBook({ now: () => 0 });
  book.put('a', web);
  const endOf = containerEnd(book, { agent: 'a', node: 'n', workloads: new ReportedWorkloads() });
  const subject = { netns: NODE, groups: [], workloads: [{ name: 'main', namespace: 'shop', pod }] };

  expect(endOf(subject)).toEqual({ kind: 'workload', namespace: 'shop', name });
});
