import { describe, expect, it } from 'vitest';

import { ByteBudget } from './byte-budget.ts';

describe('ByteBudget', () => {
  it('gives out as many bytes as a file has, and what is refused costs nothing', () => {
    const budget = new ByteBudget(10);

    expect([budget.take(6), budget.take(5), budget.take(4), budget.take(1), budget.take(0)]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});
