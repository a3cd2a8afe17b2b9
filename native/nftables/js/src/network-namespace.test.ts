import { describe, expect, it } from 'vitest';
import { type NetworkNamespace, namespacePath } from './network-namespace.ts';

describe('namespacePath', () => {
  it.each<[NetworkNamespace, string]>([
    ['/run/netns/shop', '/run/netns/shop'],
    ['/proc/42/ns/net', '/proc/42/ns/net'],
    [{ name: 'shop' }, '/run/netns/shop'],
    [{ pid: 42 }, '/proc/42/ns/net'],
    ['own', ''],
  ])('of %j is %j', (namespace, path) => {
    expect(namespacePath(namespace)).toBe(path);
  });

  it.each<[NetworkNamespace]>([
    ['shop'],
    [''],
    ['/run/netns/sh\0op'],
    [{ name: '../shop' }],
    [{ name: '..' }],
    [{ name: '' }],
    [{ pid: 0 }],
    [{ pid: -1 }],
    [{ pid: 1.5 }],
  ])('refuses %j', (namespace) => {
    expect(() => namespacePath(namespace)).toThrow(RangeError);
  });
});
