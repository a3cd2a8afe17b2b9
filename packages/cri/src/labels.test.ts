import { describe, expect, it } from 'vitest';
import { joinLabels } from './labels.ts';

describe('joinLabels', () => {
  it('reads the same however the runtime orders its answer', () => {
    const pod = [
      ['app', 'shop'],
      ['io.kubernetes.pod.uid', '1'],
      ['tier', 'web'],
    ] as const;
    const container = new Map([['io.kubernetes.container.name', 'web']]);
    const answer = (entries: typeof pod | readonly (readonly [string, string])[]): string =>
      JSON.stringify(joinLabels(new Map(entries), container));

    expect(answer(pod.toReversed())).toBe(answer(pod));
  });

  it('lets the container have the last word', () => {
    expect(joinLabels(new Map([['app', 'pod']]), new Map([['app', 'container']]))).toEqual({ app: 'container' });
  });
});
