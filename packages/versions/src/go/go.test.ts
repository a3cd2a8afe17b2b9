import { describe, expect, it } from 'vitest';
import { compareVersions } from '../compare.ts';

describe('go', () => {
  it.each`
    older                                   | newer
    ${'go1.21'}                             | ${'go1.21.1'}
    ${'go1.22rc1'}                          | ${'1.22.0'}
    ${'1.22.0-0'}                           | ${'go1.22rc1'}
    ${'go1.22beta1'}                        | ${'go1.22rc1'}
    ${'v0.0.0-20200622213623-75b288015ac9'} | ${'v0.0.0-20220314234659-1baeb1ce4c0b'}
    ${'v2.0.0+incompatible'}                | ${'v2.0.1+incompatible'}
    ${'go1.9.7'}                            | ${'go1.10'}
  `('orders $older before $newer', ({ older, newer }: { older: string; newer: string }) => {
    expect(compareVersions('go', older, newer)).toEqual({ ok: true, order: -1 });
  });

  it.each(['(devel)', 'devel', 'gotip', 'master'])('has no order for %s', (text) => {
    expect(compareVersions('go', text, 'v1.0.0').ok).toBe(false);
  });
});
