import type { NetworkRule } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { serviceRules } from './service-rules.ts';

const rule = (...groups: readonly string[]): NetworkRule => ({
  name: 'rule',
  action: 'deny',
  log: true,
  peers: groups.map((name) => ({ kind: 'group', name })),
});

describe('serviceRules', () => {
  it('are nothing where no egress rule names a group', () => {
    expect(serviceRules({})).toBeUndefined();
    expect(serviceRules({ egress: [{ name: 'dns', action: 'allow', log: false }] })).toBeUndefined();
  });

  it('name the Services that a group may be behind and that are left out, and nodes that are told of none', () => {
    const egress = [rule('web', 'db'), rule('web')];
    expect(serviceRules({ egress })).toEqual({ summary: 'Services in front of db, web', notEnforced: [] });

    const leftOut = [
      { id: 'shop/a', cause: 'ports', groups: ['web'] },
      { id: 'shop/b', cause: 'address', groups: ['other'] },
      { id: 'shop/c', cause: 'ends' },
    ] as const;
    expect(serviceRules({ egress }, { leftOut, unnamed: 7, elsewhere: ['b-1'], isRefused: true })?.notEnforced).toEqual(
      [
        { where: 'every node', why: expect.stringContaining('does not let the api list') },
        { where: 'Service shop/a', why: expect.stringContaining('or name its address as a prefix') },
        { where: 'Service shop/c', why: expect.stringContaining('too many endpoints') },
        { where: '7 more Services', why: expect.stringContaining('some may be in front of these groups') },
        { where: 'node b-1', why: expect.stringContaining('give each cluster an api of its own') },
      ],
    );
  });
});
