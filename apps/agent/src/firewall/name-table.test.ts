import { describe, expect, it } from 'vitest';
import { NameTable } from './name-table.ts';

const HOUR_MS = 60 * 60 * 1_000;

describe('NameTable', () => {
  it('knows addresses of the domains that rules name, for an hour after the last answer', () => {
    const table = new NameTable();
    const domains = ['*.shop.example', 'bank.example'];

    expect(table.learn({ name: 'www.shop.example', addresses: ['192.0.2.1'] }, domains, 0)).toBe(true);
    expect(table.learn({ name: 'www.shop.example', addresses: ['192.0.2.1'] }, domains, HOUR_MS / 2)).toBe(false);
    expect(table.learn({ name: 'elsewhere.example', addresses: ['192.0.2.2'] }, domains, 0)).toBe(false);

    expect(table.addressesOf('*.shop.example', HOUR_MS)).toEqual(['192.0.2.1']);
    expect(table.addressesOf('bank.example', 0)).toEqual([]);
    expect(table.addressesOf('*.shop.example', 2 * HOUR_MS)).toEqual([]);
  });

  it('keeps a bounded number of a domain, those that were told last', () => {
    const table = new NameTable();
    const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`;
    for (let index = 0; index < 3_000; index += 1) {
      table.learn({ name: 'a.example', addresses: [address(index), address(0)] }, ['a.example'], 0);
    }
    const kept = table.addressesOf('a.example', 0);
    expect(kept).toHaveLength(1_024);
    expect(kept).toContain(address(0));
    expect(kept).toContain(address(2_999));
  });
});
