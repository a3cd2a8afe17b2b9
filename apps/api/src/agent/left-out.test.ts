import type { LeftOut, LeftOutService } from '@bulkhead/policy';
import { expect, it } from 'vitest';
import { leftOutAnywhere } from './left-out.ts';

const on = (services: readonly LeftOutService[], unnamed = 0): LeftOut => ({
  counts: { address: 0, ports: 0, ends: 0 },
  services,
  unnamed,
});

it('of several nodes each Service is told of once, by the worst that is true of it on any, and how many are not', () => {
  const [missed, closed] = [
    { id: 'shop/a', cause: 'address' },
    { id: 'shop/a', cause: 'ports', groups: ['web'] },
  ] as const;
  const other = { id: 'shop/b', cause: 'ends' } as const;
  for (const all of [
    [on([missed], 2), on([closed, other])],
    [on([closed, other]), on([missed], 2)],
  ]) {
    const { services, unnamed } = leftOutAnywhere(all);
    expect(services).toEqual([missed, other]);
    expect(unnamed).toBe(2);
  }
});
