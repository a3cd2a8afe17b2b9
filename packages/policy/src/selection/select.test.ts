import type { Selector, Workload } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { selects } from './select.ts';

const workload: Workload = {
  id: 'c1',
  name: 'api',
  namespace: 'shop',
  labels: { app: 'payments', tier: 'backend' },
  owners: [
    { kind: 'Pod', name: 'payments-7c9f-x2' },
    { kind: 'Deployment', name: 'payments' },
  ],
  netns: { path: '/proc/12/ns/net' },
};
const machine: Workload = {
  id: '/run/netns/shop',
  name: 'shop',
  labels: {},
  owners: [],
  netns: { path: '/run/netns/shop', name: 'shop' },
};

describe('selects', () => {
  it.each`
    what                                     | selector                                                       | expected
    ${'its namespace'}                       | ${{ namespaces: ['sh*'] }}                                     | ${true}
    ${'another namespace'}                   | ${{ namespaces: ['bank'] }}                                    | ${false}
    ${'its own name'}                        | ${{ names: ['api'] }}                                          | ${true}
    ${'the name of an owner'}                | ${{ names: ['payments'] }}                                     | ${true}
    ${'one of several names'}                | ${{ names: ['web', 'payments-*'] }}                            | ${true}
    ${'one criterion of two that both hold'} | ${{ namespaces: ['shop'], names: ['api'] }}                    | ${true}
    ${'two criteria of which one fails'}     | ${{ namespaces: ['shop'], names: ['web'] }}                    | ${false}
    ${'a label'}                             | ${{ labels: labels({ app: 'payments' }) }}                     | ${true}
    ${'a label with another value'}          | ${{ labels: labels({ app: 'web' }) }}                          | ${false}
    ${'a label that only Object has'}        | ${{ labels: labels({ constructor: 'x' }) }}                    | ${false}
    ${'In with the value'}                   | ${{ labels: labels({}, ['tier', 'In', ['backend', 'edge']]) }} | ${true}
    ${'In without the label'}                | ${{ labels: labels({}, ['zone', 'In', ['a']]) }}               | ${false}
    ${'NotIn with the value'}                | ${{ labels: labels({}, ['tier', 'NotIn', ['backend']]) }}      | ${false}
    ${'NotIn without the label'}             | ${{ labels: labels({}, ['zone', 'NotIn', ['a']]) }}            | ${true}
    ${'Exists'}                              | ${{ labels: labels({}, ['tier', 'Exists', []]) }}              | ${true}
    ${'DoesNotExist'}                        | ${{ labels: labels({}, ['tier', 'DoesNotExist', []]) }}        | ${false}
    ${'the path of its network namespace'}   | ${{ netns: ['/proc/*/ns/net'] }}                               | ${true}
    ${'the name of a network namespace'}     | ${{ netns: ['shop'] }}                                         | ${false}
  `('by $what: $expected', ({ selector, expected }: { selector: Selector; expected: boolean }) => {
    expect(selects(selector, workload)).toBe(expected);
  });

  it('finds a bare network namespace by its name, and never by a namespace it does not have', () => {
    expect(selects({ netns: ['sh*'] }, machine)).toBe(true);
    expect(selects({ namespaces: ['*'] }, machine)).toBe(false);
  });
});

function labels(
  matchLabels: Record<string, string>,
  ...expressions: readonly (readonly [string, 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', readonly string[]])[]
): Selector['labels'] {
  return { matchLabels, matchExpressions: expressions.map(([key, operator, values]) => ({ key, operator, values })) };
}
