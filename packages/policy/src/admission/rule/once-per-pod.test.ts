import { objectOf, type Pod, plainValue, podOf } from '@bulkhead/pod-rules';
import { describe, expect, it } from 'vitest';
import { oncePerPod } from './once-per-pod.ts';

describe('oncePerPod', () => {
  it('makes a thing once for each pod, also where it is nothing', () => {
    const asked: string[] = [];
    const nameOf = oncePerPod(({ object }) => {
      asked.push(object.name);
      return object.name === 'none' ? undefined : object.name;
    });
    const [one, none] = [pod('one'), pod('none')];

    expect([one, none, one, none].map(nameOf)).toEqual(['one', undefined, 'one', undefined]);
    expect(nameOf(pod('one'))).toBe('one');
    expect(asked).toEqual(['one', 'none', 'one']);
  });
});

function pod(name: string): Pod {
  const object = objectOf(plainValue({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: {} }));
  const made = object && podOf(object);
  if (made === undefined) throw new Error('no pod');
  return made;
}
