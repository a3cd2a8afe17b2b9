import type { KnownWorkload } from '@bulkhead/control-plane';
import { selects } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { selectable } from './selectable.ts';

const known: KnownWorkload = {
  id: '/run/netns/payments',
  name: 'payments',
  labels: {},
  owners: [],
  addresses: [],
  netns: '/run/netns/payments',
  agent: 'a',
  node: 'n',
  firstSeen: '2026-01-01T00:00:00Z',
  lastSeen: '2026-01-01T00:00:00Z',
};

describe('selectable', () => {
  it('has a named network namespace selected by its name and by its path', () => {
    expect(selects({ netns: ['payments'] }, selectable(known))).toBe(true);
    expect(selects({ netns: ['/run/netns/pay*'] }, selectable(known))).toBe(true);
    expect(selects({ netns: ['other'] }, selectable(known))).toBe(false);
  });

  it('has a container selected by the path of its network namespace, and not as one by its own name', () => {
    const container = selectable({ ...known, id: 'c1', netns: '/run/netns/cni-1' });

    expect(selects({ netns: ['/run/netns/cni-1'] }, container)).toBe(true);
    expect(selects({ netns: ['payments'] }, container)).toBe(false);
    expect(selects({ netns: ['c1'] }, container)).toBe(false);
  });
});
