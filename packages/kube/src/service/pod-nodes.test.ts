import { expect, it } from 'vitest';
import { PodNodes } from './pod-nodes.ts';

it('tells of a node while there is a pod on it, and not of pods without one', () => {
  const told: (readonly [string, boolean])[] = [];
  const nodes = new PodNodes((node, isThere) => told.push([node, isThere]));
  nodes.count(undefined, undefined);
  nodes.count('a', undefined);
  nodes.count('a', undefined);
  nodes.count('a', 'a');
  nodes.count('b', 'a');
  expect(told).toEqual([
    ['a', true],
    ['b', true],
  ]);
  nodes.count(undefined, 'a');
  expect(told.slice(2)).toEqual([['a', false]]);
  nodes.count('a', undefined);
  expect(told.at(-1)).toEqual(['a', true]);
});
