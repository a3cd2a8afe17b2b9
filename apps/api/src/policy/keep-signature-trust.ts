import { setTimeout as sleep } from 'node:timers/promises';
import { signatureTrustOf } from '@bulkhead/policy';
import type { SignatureTrustStore } from '@bulkhead/scanner';
import type { PolicySupply } from './policy-in-force.ts';

const RETRY_MS = 5_000;

export interface KeepTrustOptions {
  readonly signal: AbortSignal;
  /** Called where the store did not take it; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps in the store what the admission policies in force hold signatures against: workers look at signatures, and know no
 * policies. `done` resolves when it was told to end, and nothing is under way any more.
 */
export function keepSignatureTrust(
  policy: PolicySupply,
  store: Pick<SignatureTrustStore, 'set'>,
  { signal, onError }: KeepTrustOptions,
): { readonly done: () => Promise<void> } {
  let wanted = policy.current;
  let kept: typeof wanted | undefined;
  let keeping: Promise<void> | undefined;

  const keep = async (): Promise<void> => {
    while (kept !== wanted && !signal.aborted) {
      const one = wanted;
      try {
        await store.set(signatureTrustOf(one.policy.admission));
        kept = one;
      } catch (error) {
        onError(error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    keeping = undefined;
  };
  policy.onChange((changed) => {
    wanted = changed;
    keeping ??= keep();
  });
  keeping = keep();
  return { done: async () => keeping };
}
