import { generateKeyPairSync } from 'node:crypto';
import { createSigstore } from '@bulkhead/lab';
import type { SignatureTrust } from '@bulkhead/scanner';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepSignatureTrust } from './policy/keep-signature-trust.ts';
import { type Stand, startStand } from './test-support/stand.ts';

describe('what policies hold signatures against', () => {
  let stand: Stand;
  let over: AbortController;
  beforeEach(async () => {
    stand = await startStand();
    over = new AbortController();
  });
  afterEach(() => stand.close());

  async function apply(...documents: readonly object[]): Promise<void> {
    const { statusCode } = await stand.app.inject({
      method: 'PUT',
      url: '/api/v1/policies',
      headers: await stand.token('admin'),
      payload: { documents, prune: true },
    });
    expect(statusCode).toBe(200);
  }

  it('is kept for the workers when a policy names it, and no longer when none does', async () => {
    const kept = keepSignatureTrust(stand.policy, stand.store.signatureTrust, {
      signal: over.signal,
      onError: (error) => expect.unreachable(String(error)),
    });
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
    const { pem: root } = await createSigstore();

    await apply(
      policyOf({ keys: [pem], keyless: [{ issuer: 'https://i.example', subject: 'a', trustRoot: 'own' }] }, root),
    );
    await vi.waitFor(
      async () => expect(await stand.store.signatureTrust.get()).toEqual({ keys: [pem], trustRoots: [root.trim()] }),
      { timeout: 20_000 },
    );
    await apply();
    await vi.waitFor(async () => expect(await stand.store.signatureTrust.get()).toEqual({ keys: [], trustRoots: [] }), {
      timeout: 20_000,
    });
    over.abort();
    await kept.done();
  });

  it('is tried again when the store does not take it, and ends when it is told to', async () => {
    const tried: SignatureTrust[] = [];
    const failures: unknown[] = [];
    const store = {
      set: async (trust: SignatureTrust) => {
        tried.push(trust);
        throw new Error('it is away');
      },
    };
    const kept = keepSignatureTrust(stand.policy, store, {
      signal: over.signal,
      onError: (error) => failures.push(error),
    });

    await vi.waitFor(() => expect(tried.length).toBeGreaterThan(1), { timeout: 60_000 });
    over.abort();
    await kept.done();
    expect(failures).toHaveLength(tried.length);
  }, 90_000);
});

function policyOf(signatures: object, root: string): object {
  return {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'AdmissionPolicy',
    metadata: { name: 'signed' },
    spec: { mode: 'protect', trustRoots: [{ name: 'own', content: root }], rules: [{ name: 's', signatures }] },
  };
}
