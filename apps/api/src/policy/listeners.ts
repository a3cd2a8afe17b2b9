import type { PolicyInForce } from './policy-in-force.ts';

/** Who wants to know of each change of the policy. */
export class PolicyListeners {
  readonly #listeners: ((policy: PolicyInForce) => void)[] = [];

  add(listener: (policy: PolicyInForce) => void): void {
    this.#listeners.push(listener);
  }

  tell(policy: PolicyInForce): void {
    for (const listener of this.#listeners) listener(policy);
  }
}
