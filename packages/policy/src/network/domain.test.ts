import { describe, expect, it } from 'vitest';
import { isDomain, matchesDomain } from './domain.ts';

describe('isDomain', () => {
  it.each(['example.com', '*.example.com', 'a-b.c_d.example.co', 'EXAMPLE.com', 'xn--bcher-kva.example'])(
    'takes %s',
    (text) => {
      expect(isDomain(text)).toBe(true);
    },
  );

  it.each([
    'com',
    '*',
    '*.com.',
    'exa mple.com',
    '-a.example.com',
    'a.*.com',
    '10.0.0.1',
    '10.0.0.0/8',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(130)}com`,
  ])('refuses %s', (text) => {
    expect(isDomain(text)).toBe(false);
  });
});

describe('matchesDomain', () => {
  it.each([
    ['example.com', 'example.com', true],
    ['example.com', 'EXAMPLE.com.', true],
    ['example.com', 'www.example.com', false],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.example.com', '.example.com', false],
  ])('%s and %s: %j', (domain, name, expected) => {
    expect(matchesDomain(domain, name)).toBe(expected);
  });
});
