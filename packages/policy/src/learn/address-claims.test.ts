import { describe, expect, it } from 'vitest';
import { AddressClaims } from './address-claims.ts';

const span = { first: '2026-11-27T08:00:00.000Z', last: '2026-11-27T09:00:00.000Z' };
const end = (name: string, group = 'web') => ({ kind: 'workload' as const, name, groups: [group] });

describe('claims to addresses', () => {
  it('are looked through however many have had one address', () => {
    const claims = new AddressClaims();
    for (let at = 0; at < 150_000; at += 1) claims.add('a', '10.0.0.2', end(`job-${at}`), span);
    expect(claims.ownerOf('a', '10.0.0.2', span)).toEqual(end('job-0'));
    claims.add('a', '10.0.0.2', end('other', 'db'), span);
    expect(claims.ownerOf('a', '10.0.0.2', span)).toBeUndefined();
  });

  it('are bounded, and those that are there are still renewed', () => {
    const claims = new AddressClaims(2);
    const later = { ...span, last: '2026-11-28T09:00:00.000Z' };
    const added = (address: string): boolean => claims.add('a', address, end('web'), later);
    expect(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.1', '127.0.0.1'].map(added)).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(claims.ownerOf('a', '10.0.0.3', span)).toBeUndefined();
    expect(claims.ownerOf('a', '10.0.0.2', span)).toEqual(end('web'));
  });
});
