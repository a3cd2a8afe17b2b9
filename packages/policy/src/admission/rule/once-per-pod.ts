import type { Pod } from '@bulkhead/pod-rules';

/** Makes something of a pod once, for all rules of all policies that ask. */
export function oncePerPod<Made>(make: (pod: Pod) => Made): (pod: Pod) => Made {
  const made = new WeakMap<Pod, { readonly value: Made }>();
  return (pod) => {
    const known = made.get(pod);
    if (known !== undefined) return known.value;
    const value = make(pod);
    made.set(pod, { value });
    return value;
  };
}
