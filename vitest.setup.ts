import { afterEach, beforeEach, expect, vi } from 'vitest';

const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

let seen: string[] = [];

// Output that nobody asked for hides real trouble: a test that expects some spies on the method itself.
beforeEach(() => {
  seen = [];
  for (const method of METHODS) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      seen.push(`console.${method}: ${words.map(String).join(' ')}`);
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(seen, 'nothing unexpected on the console').toEqual([]);
});
